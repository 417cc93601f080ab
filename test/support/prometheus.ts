import { expect } from 'chai';

/** One value of an answer of `GET /metrics`. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i;
const label = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gi;

/** Reads the text format of Prometheus, and fails where it is none: every value belongs to a metric that is described before it. */
export function readMetrics(text: string): Sample[] {
  const types = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, described, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    if (described !== undefined && type !== undefined) {
      expect(types.has(described), `${described} is described twice`).to.equal(false);
      types.set(described, type);
    }
    if (line === '' || line.startsWith('# ')) return [];
    const [, name = '', labels = '', value] = sampleLine.exec(line) ?? expect.fail(`no sample: ${line}`);
    const base = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
    expect(types.has(base), `${name} is not described`).to.equal(true);
    const found = [...labels.matchAll(label)];
    expect(found.map(([all]) => all).join(''), line).to.equal(labels);
    // Node's own figures of the event loop are Nan where nothing was measured since they were read.
    if (value !== 'Nan' || !name.startsWith('nodejs_eventloop_'))
      expect(Number(value), line).to.satisfy(Number.isFinite);
    const read = Object.fromEntries(found.map(([, key = '', text_ = '']) => [key, text_]));
    return [{ name, labels: read, value: Number(value) }];
  });
}

/** The value of a metric with exactly these labels; undefined when there is none. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  return samples.find((each) => each.name === name && JSON.stringify(Object.entries(each.labels).sort()) === wanted)
    ?.value;
}
