import type { Archive } from '../recording/archive.js';
import type { Manifest } from '../recording/manifest.js';
import { roomKey } from '../rooms/index.js';
import { has } from './callers.js';
import type { Caller } from './callers.js';
import { Download } from './download.js';
import { Problem } from './problem.js';
import { recordedFileName, recordingId } from './recording-schemas.js';
import type { Component } from './schemas.js';

const pageSize = 100;

/** The recordings that are kept, as far as a caller may see them. */
export class SeenRecordings {
  readonly #archive: Archive | undefined;

  /** @param archive undefined: this server records nothing */
  constructor(archive: Archive | undefined) {
    this.#archive = archive;
  }

  /** @throws Problem `not-found` */
  get archive(): Archive {
    if (!this.#archive) throw new Problem('not-found', 'This server records nothing (RECORDINGS_DIR)');
    return this.#archive;
  }

  /** @throws Problem `recording-not-found` */
  async find(id: string, caller: Caller): Promise<Manifest> {
    const found = recordingId.safeParse(id).success ? await this.#archive?.find(id) : undefined;
    if (!found || !mayRecord(caller, found.room.name)) throw noRecording(id);
    return found;
  }

  /** @throws Problem `recording-not-found`. RecordingBusy while it is being written */
  async file(id: string, file: string): Promise<Download> {
    const isName = recordingId.safeParse(id).success && recordedFileName.safeParse(file).success;
    const found = isName ? await this.#archive?.file(id, file) : undefined;
    if (!found) throw new Problem('recording-not-found', `Recording "${id}" has no file "${file}"`);
    return new Download(found, `${id}-${file}`);
  }

  /** @throws Problem `forbidden`, `not-found` */
  async page(query: ListQuery, caller: Caller): Promise<Component<'RecordingList'>> {
    const { limit = pageSize, state } = query;
    const room = query.room === undefined ? undefined : roomKey(query.room);
    if (room !== undefined && !mayRecord(caller, room)) {
      throw new Problem('forbidden', 'This needs a token with roomRecord or roomAdmin for this room');
    }
    const sees = (name: string): boolean => mayRecord(caller, name);
    const { recordings, next = null } = await this.archive.list({ room, sees, state, before: query.before, limit });
    return { recordings: recordings.map(recordingOf), next };
  }
}

interface ListQuery {
  readonly room?: string | undefined;
  readonly state?: Manifest['state'] | undefined;
  readonly before?: string | undefined;
  readonly limit?: number | undefined;
}

function mayRecord({ bearer }: Caller, room: string): boolean {
  return has(bearer.grantsIn(room), 'roomRecord');
}

export function noRecording(id: string): Problem {
  return new Problem('recording-not-found', `There is no recording "${id}"`);
}

export function recordingOf({ version: _version, events: _events, ...recording }: Manifest): Component<'Recording'> {
  return recording;
}
