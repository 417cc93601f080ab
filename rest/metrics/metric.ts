import type { Counter, Gauge } from 'prom-client';

/** A metric whose value is a number, with what it is made from. docs/rest.md is made from these tables. */
export interface Metric<From> {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** Reads the present values; each counts up from 0. */
  readonly read: (from: From, into: Counter | Gauge) => void;
}

/** Values in classes. */
export interface HistogramMetric<From> {
  readonly name: string;
  readonly type: 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (from: From) => Iterable<Labelled>;
}

/** One histogram of those that have a name in common. */
export interface Labelled {
  /** Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly of: Classes;
}

/** How many values are in which class. Structural, as what counts them is of no concern here. */
export interface Classes {
  /** How many values are no larger, by the bound. */
  readonly counts: ReadonlyMap<number, number>;
  readonly sum: number;
  readonly count: number;
}

export type MetricTable<From> = readonly (Metric<From> | HistogramMetric<From>)[];

/** How often things have happened, by words. */
export type Counted<Words extends readonly string[]> = Iterable<{ readonly words: Words; readonly count: number }>;

/** A metric of one value. */
export function single<From>(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  read: (from: From) => number,
): Metric<From> {
  return {
    ...{ name, type, help, labels: [] },
    read: (from, into) => {
      into.inc(read(from));
    },
  };
}

/** A counter whose labels are the words of what was counted. */
export function counted<From, Words extends readonly string[]>(
  name: string,
  help: string,
  labels: { readonly [Place in keyof Words]: string },
  read: (from: From) => Counted<Words>,
): Metric<From> {
  return {
    ...{ name, type: 'counter', help, labels },
    read: (from, into) => {
      for (const { words, count } of read(from)) {
        into.inc(Object.fromEntries(labels.map((label, place) => [label, words[place] ?? ''])), count);
      }
    },
  };
}

/** Histograms by one label. */
export function byLabel(label: string, all: Iterable<readonly [string, Classes]>): Labelled[] {
  return [...all].map(([value, of]) => ({ labels: { [label]: value }, of }));
}

/** In the text format of Prometheus. */
export function textOf<From>({ name, help, read }: HistogramMetric<From>, from: From): string {
  const lines = [...read(from)].flatMap(({ labels = {}, of: { counts, sum, count } }) => {
    const classes = [...counts, ['+Inf', count] as const];
    return [
      ...classes.map(([bound, value]) => `${name}_bucket${labelsText({ ...labels, le: String(bound) })} ${value}`),
      `${name}_sum${labelsText(labels)} ${sum}`,
      `${name}_count${labelsText(labels)} ${count}`,
    ];
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const all = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
