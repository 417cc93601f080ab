import { defaultOf } from '../options/listed-option.js';
import type { ListedOption } from '../options/listed-option.js';
import { sections } from '../src/option-list.js';
import { anchor, frames, page, table } from './markdown.js';

/** docs/configuration.md, made from the table of options. */
export const configurationPagePath = new URL('../docs/configuration.md', import.meta.url);

export function configurationPage(): Promise<string> {
  return page([
    '# Configuration',
    '<!-- Made by `npm run docs` from the tables of options (src/option-list.ts). -->',
    'Every option has a variable, a flag and a key in a YAML file. Only the variable is in the tables below; the others follow from it:',
    table(
      ['given as', 'example'],
      [
        ['flag', '`--kms-uris ws://kms:8888/kurento`, or `--kms-uris=ws://kms:8888/kurento`'],
        ['environment variable', '`KMS_URIS=ws://kms:8888/kurento`'],
        ['key of the file', '`kmsUris: [ws://kms:8888/kurento]`'],
      ],
    ),
    'A flag counts before a variable, a variable before the file, the file before the default. An empty variable counts as none. ' +
      '`--config FILE` or `ATRIUM_CONFIG` names the file. The server refuses flags and keys that it does not know, and values that do not fit; ' +
      'its message names the option, the place where it was given, and what is expected.',
    'A list is separated by commas in a flag or a variable, and is a list in the file. JSON is text in a flag or a variable, and an object in the file. ' +
      'The options of a protocol may stand in an object in the file, without the prefix:',
    frames(['easyrtc:', '  maxRooms: 3', 'easyrtcMaxRooms: 3 # the same']).replace('```text', '```yaml'),
    'Options marked _secret_ may also be given as a file that holds the value: `ADMIN_TOKEN_FILE=/run/secrets/token`, `--admin-token-file`, ' +
      '`adminTokenFile`. A line break at its end is no part of the value.',
    'Options marked _reloaded_ take new values while the server runs: at SIGHUP, at `POST /api/v1/reload`, which answers what became of it, and a few seconds after the YAML file, a certificate or ' +
      'a file with a secret has changed. Calls notice nothing. A certificate is read anew then, too. The log names options that have changed ' +
      'and need a restart. When anything in the new configuration is wrong, nothing changes, and one line of the log says what it is.',
    'The signal goes to the server: `systemctl reload atrium`, `docker compose kill -s HUP atrium`. npm ends at SIGHUP by itself, and the server ' +
      'that `npm start` runs ends with it; a changed file needs no signal. SIGTERM and SIGINT reach the server through npm too.',
    'A variable that looks like a misspelt option, such as `KMS_URI`, is warned about at the start.',
    '`npm start -- --help` prints the same tables, `npm start -- --help media` one of them.',
    sections.map(({ title }) => `- [${title}](#${anchor(title)})`).join('\n'),
    ...sections.flatMap(({ title, options }) => [
      `## ${title}`,
      table(['variable', 'default', 'unit', 'meaning'], options.map(row)),
    ]),
  ]);
}

function row({ option, variable, formerly }: ListedOption): string[] {
  const initial = defaultOf(option);
  const before = formerly === undefined ? '' : ` Formerly \`${formerly.variable}\`, which still works.`;
  const marks = [option.secret ? 'secret' : [], option.reloads ? 'reloaded' : []].flat().join(', ');
  const after = marks === '' ? '' : ` _(${marks})_`;
  return [
    `\`${variable}\``,
    initial === '' ? 'none' : `\`${initial}\``,
    option.unit,
    escaped(option.meaning) + before + after,
  ];
}

/** What Markdown would read as markup. */
function escaped(text: string): string {
  return text.replace(/[*<>[\]]/g, (character) => `\\${character}`);
}
