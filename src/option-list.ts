import type { Group, Option, Table } from '../options/option.js';
import { transportOptions } from '../transport/options.js';
import { dialectEntries } from './dialects.js';
import { accessOptions } from './options/access.js';
import { clientOptions } from './options/clients.js';
import { mediaOptions } from './options/media.js';
import { roomsOptions } from './options/rooms.js';
import { serverOptions } from './options/server.js';

/** Options that belong to no dialect. They are in no group: `config.port`. */
export const ownOptions = {
  ...serverOptions,
  ...transportOptions,
  ...accessOptions,
  ...roomsOptions,
  ...mediaOptions,
  ...clientOptions,
};

/** Where operators give an option. */
export interface OptionNames {
  /** Its key in a YAML file: `kmsUris`, or `easyrtcMaxRooms` for `maxRooms` in the group `easyrtc`. */
  readonly name: string;
  /** `KMS_URIS` */
  readonly variable: string;
  /** `--kms-uris` */
  readonly flag: string;
}

/** An option with the names under which operators give it. */
export interface ListedOption extends OptionNames {
  readonly option: Option;
  /** The name of its group; undefined for an option in no group. */
  readonly group: string | undefined;
  /** Its name in the group. */
  readonly key: string;
  /** Names of earlier versions, which still work. */
  readonly formerly?: OptionNames;
  /** Where the name of a file that holds the value may be given, for secrets. */
  readonly inFile?: OptionNames;
}

/** As docs/configuration.md shows them. */
export const sections: readonly {
  /** For the command line: `--help media`. */
  readonly name: string;
  readonly title: string;
  readonly options: readonly ListedOption[];
}[] = [
  { name: 'server', title: 'Server', options: listed(serverOptions) },
  { name: 'connections', title: 'Connections', options: listed(transportOptions) },
  { name: 'access', title: 'Access', options: listed(accessOptions) },
  { name: 'rooms', title: 'Rooms', options: listed(roomsOptions) },
  { name: 'media', title: 'Media', options: listed(mediaOptions) },
  { name: 'clients', title: 'Clients and pages', options: listed(clientOptions) },
  ...dialectEntries.map(({ title, options }) => ({
    name: namesOf(options.name).flag.slice('--'.length),
    title,
    options: listed(options.options, options),
  })),
];

/** Every option of the server, once. */
export const optionList: readonly ListedOption[] = sections.flatMap(({ options }) => options);

/** As it would be written in a variable; may be empty. */
export function defaultOf({ initial }: Option): string {
  if (Array.isArray(initial)) return initial.join(',');
  return typeof initial === 'string' ? initial : JSON.stringify(initial);
}

function namesOf(name: string): OptionNames {
  return {
    name,
    variable: name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    flag: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  };
}

function listed(table: Table, group?: Group): ListedOption[] {
  return Object.entries(table).map(([key, option]) => {
    const prefix = group?.prefix ?? '';
    const name = prefix === '' ? key : `${prefix}${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
    const formerly = option.formerly === undefined ? undefined : namesOf(option.formerly);
    const inFile = option.secret ? namesOf(`${name}File`) : undefined;
    return {
      ...namesOf(name),
      option,
      group: group?.name,
      key,
      ...(formerly && { formerly }),
      ...(inFile && { inFile }),
    };
  });
}
