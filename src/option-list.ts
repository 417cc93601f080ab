import { listed, namesOf } from '../options/listed-option.js';
import type { ListedOption } from '../options/listed-option.js';
import { clusterOptions } from '../cluster/options.js';
import { eventOptions } from '../events/options.js';
import { recordingOptions } from '../recording/options.js';
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
  ...eventOptions,
  ...mediaOptions,
  ...recordingOptions,
  ...clientOptions,
  ...clusterOptions,
};

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
  { name: 'webhooks', title: 'Webhooks', options: listed(eventOptions) },
  { name: 'media', title: 'Media', options: listed(mediaOptions) },
  { name: 'recording', title: 'Recording', options: listed(recordingOptions) },
  { name: 'clients', title: 'Clients and pages', options: listed(clientOptions) },
  { name: 'cluster', title: 'Several nodes', options: listed(clusterOptions) },
  ...dialectEntries.map(({ title, options }) => ({
    name: namesOf(options.name).flag.slice('--'.length),
    title,
    options: listed(options.options, options),
  })),
];

const ownSections: ReadonlySet<string> = new Set(['server', 'connections', 'media', 'recording', 'cluster']);

/** Those whose options all nodes of a cluster have in common. The others are about one machine. */
export const sharedSections = sections.filter(({ name }) => !ownSections.has(name));

/** Every option of the server, once. */
export const optionList: readonly ListedOption[] = sections.flatMap(({ options }) => options);
