import { RoomError } from '../../rooms/index.js';
import type { Doors } from '../../transport/doors.js';
import type { Log } from '../../log.js';
import type { Client } from './client.js';
import { fileServer, isUuid } from './file-server.js';
import type { KeyHolder } from './file-server.js';
import { dialectName } from './groups.js';
import { FileStore } from './file-store.js';
import type { ConciergeSettings } from './options.js';
import { assertMaySendToAll } from './rights.js';

interface FilesContext {
  readonly doors: Pick<Doors, 'mount'>;
  readonly pathPrefix: string;
  readonly log: Log;
  /** A text of letters, digits, `-` and `_` that nobody can guess. */
  readonly newKey: () => string;
  readonly clientOf: (uuid: string) => Client | undefined;
}

const keyShape = /^[\w-]{22,128}$/;

/** The file server and its keys: a client's uuid, which others know too, or its `fs_key` of HELLO, which only that client knows. */
export class Files {
  readonly #store: FileStore;
  readonly #newKey: () => string;
  readonly #clientOf: (uuid: string) => Client | undefined;
  readonly #takesUuid: boolean;
  readonly #byKey = new Map<string, Client>();
  readonly #keys = new Map<Client, string>();

  constructor(settings: ConciergeSettings, { doors, pathPrefix, log, newKey, clientOf }: FilesContext) {
    this.#newKey = newKey;
    this.#clientOf = clientOf;
    this.#takesUuid = settings.files === 'uuid';
    const onDefect = (error: unknown): void => {
      log.error('the file server failed', { error });
    };
    const limits = {
      fileBytes: settings.fileBytes,
      clientFiles: settings.clientFiles,
      clientBytes: settings.clientFileBytes,
      totalBytes: settings.totalFileBytes,
    };
    const onFull = (folder: string): void => {
      log.error('the disk is full: clients cannot leave files', { folder });
    };
    this.#store = new FileStore(settings.filesDir, { limits, newName: newKey, onDefect, onFull });
    const path = pathPrefix + settings.filesPath;
    const server = fileServer({
      path,
      store: this.#store,
      isKey: (text) => isUuid(text) || keyShape.test(text),
      holderOf: (key) => this.#holderOf(key),
      onDefect,
    });
    doors.mount(path, server, { world: dialectName });
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /** @returns the key that only this client knows */
  admit(client: Client): string {
    const key = this.#newKey();
    this.#byKey.set(key, client);
    this.#keys.set(client, key);
    return key;
  }

  /** Deletes the files of the client. */
  dismiss(client: Client): void {
    const key = this.#keys.get(client);
    this.#keys.delete(client);
    if (key !== undefined) this.#byKey.delete(key);
    this.#store.close(client.name);
  }

  #holderOf(key: string): KeyHolder | undefined {
    const own = this.#byKey.get(key);
    const client = own ?? (this.#takesUuid ? this.#clientOf(key) : undefined);
    return client && { name: client.name, isShared: !own, address: client.address, mayWrite: maySend(client) };
  }
}

function maySend(client: Client): boolean {
  try {
    assertMaySendToAll(client);
    return true;
  } catch (error) {
    if (error instanceof RoomError) return false;
    throw error;
  }
}
