import { helpText, version } from '../options/help.js';
import type { Example } from '../options/help.js';
import { sections } from './option-list.js';

const examples: readonly Example[] = [
  ['npm start', 'the server, its media engine and a page'],
  ['npm start -- --port 9000', 'at another port'],
  ['npm start -- --dev', 'for its developer alone, with a known key and a link to join as moderator'],
  ['npm start -- --tls self-signed', 'HTTPS, for phones in the same network'],
  ['npm start -- --kms-uris ws://kms:8888/kurento', 'with a Kurento media server'],
  ['npm start -- --config atrium.yaml', 'options from a file'],
  ['ADMIN_TOKEN_FILE=/run/secrets/token npm start', 'a secret from a file'],
  ['npm run media-server -- --help', 'the media engine alone'],
];

export const groupNames: readonly string[] = sections.map(({ name }) => name);

/** @param group one of `groupNames`; undefined: everything. @returns undefined when there is no such group */
export function help(group?: string): string | undefined {
  if (group === undefined)
    return helpText({ title: `Atrium ${version()}: a conference room server`, examples, paragraphs }, sections);
  const wanted = sections.filter(({ name }) => name === group);
  return wanted.length === 0 ? undefined : helpText(undefined, wanted);
}

const paragraphs = [
  [
    'Each option is a flag, an environment variable, and a key of a YAML file: --kms-uris, KMS_URIS, kmsUris.',
    'A flag counts before a variable, a variable before the file.',
    `One group alone: --help GROUP, which is ${groupNames.join(', ')}.`,
  ].join('\n'),
  '  --config FILE (ATRIUM_CONFIG)\n      A YAML file with options under the names of the flags in camelCase.\n' +
    '  --dev\n      For developing: the key devkey with the secret secret, at 127.0.0.1 alone, logLevel debug.\n' +
    '  -h, --help [GROUP]\n  -v, --version',
];
