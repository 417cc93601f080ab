import { readFileSync } from 'node:fs';
import { defaultOf, sections } from './option-list.js';
import type { ListedOption } from './option-list.js';

const examples: readonly (readonly [command: string, what: string])[] = [
  ['npm start', 'the server, its media engine and a page'],
  ['npm start -- --port 9000', 'at another port'],
  ['npm start -- --dev', 'for its developer alone, with a known key and a link to join as moderator'],
  ['npm start -- --tls self-signed', 'HTTPS, for phones in the same network'],
  ['npm start -- --kms-uris ws://kms:8888/kurento', 'with a Kurento media server'],
  ['npm start -- --config atrium.yaml', 'options from a file'],
  ['ADMIN_TOKEN_FILE=/run/secrets/token npm start', 'a secret from a file'],
  ['npm run media-server -- --help', 'the media engine alone'],
];

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

/** @param group one of `groupNames`; undefined: everything. @returns undefined when there is no such group */
export function help(group?: string): string | undefined {
  const wanted = sections.filter(({ name }) => group === undefined || name === group);
  if (wanted.length === 0) return undefined;
  const tables = wanted.map(({ title, options }) => [`${title}:`, ...options.map(described)].join('\n'));
  return [...(group === undefined ? [introduction()] : []), ...tables].join('\n\n');
}

export const groupNames: readonly string[] = sections.map(({ name }) => name);

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

function introduction(): string {
  const widest = Math.max(...examples.map(([command]) => command.length));
  return [
    `Atrium ${version()}: a conference room server`,
    ['Examples:', ...examples.map(([command, what]) => `  ${command.padEnd(widest)}  ${what}`)].join('\n'),
    [
      'Each option is a flag, an environment variable, and a key of a YAML file: --kms-uris, KMS_URIS, kmsUris.',
      'A flag counts before a variable, a variable before the file.',
      `One group alone: --help GROUP, which is ${groupNames.join(', ')}.`,
    ].join('\n'),
    '  --config FILE (ATRIUM_CONFIG)\n      A YAML file with options under the names of the flags in camelCase.\n' +
      '  --dev\n      For developing: the key devkey with the secret secret, at 127.0.0.1 alone, logLevel debug.\n' +
      '  -h, --help [GROUP]\n  -v, --version',
  ].join('\n\n');
}

function described({ option, flag, variable, inFile }: ListedOption): string {
  const { unit, meaning } = option;
  const file = inFile ? `\n      Or a file that holds it: ${inFile.flag} (${inFile.variable})` : '';
  return `  ${flag} (${variable}, ${unit}, default ${defaultOf(option) || 'none'})\n      ${meaning}${file}`;
}
