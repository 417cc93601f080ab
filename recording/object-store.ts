import type { Readable } from 'node:stream';

/** Where an object is. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
}

/** Keeps recordings that have ended, in place of a directory. Every call rejects with what the store says. */
export interface ObjectStore {
  /** @param name below the prefix, as REC_…/manifest.json. Rejects when `signal` is aborted; nothing is left then */
  put(name: string, path: string, contentType: string, signal: AbortSignal): Promise<StoredObject>;
  /** Bytes from `start` up to and with `end`; default all. */
  read(object: StoredObject, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** Does nothing when there is none. */
  remove(name: string): Promise<void>;
  /** Whether the store can be used: rejects when not. */
  check(): Promise<void>;
  close(): void;
}
