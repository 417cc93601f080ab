import type { Readable } from 'node:stream';
import type { RecordingState } from '../rooms/index.js';
import type { Manifest } from './manifest.js';

/** The recordings that are kept, those that run too. rest/ lists, serves and deletes them. */
export interface Archive {
  /** Newest first. */
  list(query: ArchiveQuery): Promise<ArchivePage>;
  /** Undefined: there is none of that id. */
  find(id: string): Promise<Manifest | undefined>;
  /** Undefined: there is no such file. @throws RecordingBusy while it is being written */
  file(id: string, file: string): Promise<ArchivedFile | undefined>;
  /** What a protocol keeps beside the files of a recording, as JSON. Undefined: nothing, or nothing that can be read. */
  note(id: string): Promise<unknown>;
  /** Replaces that. @throws what the system says */
  keepNote(id: string, note: unknown): Promise<void>;
  /** Here and in the object store. False: there is none. @throws RecordingBusy while it runs */
  remove(id: string): Promise<boolean>;
}

export interface ArchiveQuery {
  readonly room?: string | undefined;
  /** Whether the client may know of recordings of that room. Default: of all. */
  readonly sees?: ((room: string) => boolean) | undefined;
  readonly state?: RecordingState | undefined;
  /** The id of the last one of the page before. */
  readonly before?: string | undefined;
  /** 1 to 100. */
  readonly limit: number;
}

export interface ArchivePage {
  readonly recordings: readonly Manifest[];
  /** `before` of the next page; undefined when this is the last one. */
  readonly next: string | undefined;
}

export interface ArchivedFile {
  readonly size: number;
  /** With its quotation marks, for HTTP. */
  readonly etag: string;
  readonly modifiedAt: Date;
  /** Bytes from `start` up to and with `end`. The caller reads or destroys it. */
  read(range?: { readonly start: number; readonly end: number }): Promise<Readable>;
}

/** The recording has not ended. */
export class RecordingBusy extends Error {
  override readonly name = 'RecordingBusy';
}
