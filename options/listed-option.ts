import type { Group, Option, Table } from './option.js';

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

/** As it would be written in a variable; may be empty. */
export function defaultOf({ initial }: Option): string {
  if (Array.isArray(initial)) return initial.join(',');
  return typeof initial === 'string' ? initial : JSON.stringify(initial);
}

/** Those of an option that is called `name` in the program. */
export function namesOf(name: string): OptionNames {
  return {
    name,
    variable: name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
    flag: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  };
}

/** @param group the one that they belong to */
export function listed(table: Table, group?: Group): ListedOption[] {
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
