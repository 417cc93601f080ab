import { readFileSync } from 'node:fs';
import { defaultOf } from './listed-option.js';
import type { ListedOption } from './listed-option.js';

export interface Section {
  readonly title: string;
  readonly options: readonly ListedOption[];
}

/** A command line, and what it does. */
export type Example = readonly [command: string, what: string];

/** What a program says of itself before its options. */
export interface Introduction {
  readonly title: string;
  readonly examples: readonly Example[];
  readonly paragraphs: readonly string[];
}

/** `--help` of a program: what it is, examples, and all options. @param isFlagsOnly whether it reads no variables */
export function helpText(
  introduction: Introduction | undefined,
  sections: readonly Section[],
  isFlagsOnly = false,
): string {
  const tables = sections.map(({ title, options }) =>
    [`${title}:`, ...options.map((option) => described(option, isFlagsOnly))].join('\n'),
  );
  return [...(introduction ? introduced(introduction) : []), ...tables].join('\n\n');
}

/** What the command line asks for instead of a server. Undefined when it asks for none. */
export function helpAskedFor(args: readonly string[]): { readonly group: string | undefined } | undefined {
  const at = args.findIndex((arg) => arg === '--help' || arg === '-h');
  if (at === -1) return undefined;
  const next = args[at + 1];
  return { group: next === undefined || next.startsWith('-') ? undefined : next };
}

export function isVersionAskedFor(args: readonly string[]): boolean {
  return args.includes('--version') || args.includes('-v');
}

/** Of package.json, beside the sources or above the compiled files. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const given = read(new URL(path, import.meta.url));
    if (given !== undefined) return given;
  }
  return 'unknown';
}

function read(url: URL): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(url, 'utf8'));
    const found: unknown = typeof content === 'object' && content !== null && Reflect.get(content, 'version');
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

function introduced({ title, examples, paragraphs }: Introduction): string[] {
  const widest = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, what]) => `  ${command.padEnd(widest)}  ${what}`);
  return [title, ['Examples:', ...lines].join('\n'), ...paragraphs];
}

function described({ option, flag, variable, inFile }: ListedOption, isFlagsOnly: boolean): string {
  const { unit, meaning } = option;
  const file = inFile ? `\n      Or a file that holds it: ${inFile.flag} (${inFile.variable})` : '';
  const names = isFlagsOnly ? unit : `${variable}, ${unit}`;
  return `  ${flag} (${names}, default ${defaultOf(option) || 'none'})\n      ${meaning}${file}`;
}
