import { randomBytes, randomUUID } from 'node:crypto';
import { RoomError } from '../../rooms/index.js';
import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import { TokenBucket } from '../../transport/token-bucket.js';
import type { Dialect, DialectState, DialectContext } from '../dialect.js';
import { readIdentification } from './admission.js';
import { Client } from './client.js';
import { Delivery } from './delivery.js';
import { Desk } from './desk.js';
import { closeCodes } from './errors.js';
import { Files } from './files.js';
import { Groups, dialectName } from './groups.js';
import { GroupsLanguage, documented, shipped } from './groups-language.js';
import type { Language } from './language.js';
import { Lobby } from './lobby.js';
import { ServicesLanguage } from './services-language.js';
import { Link } from './link.js';
import type { LinkContext } from './link.js';
import type { ConciergeSettings } from './options.js';
import { servedVersion } from './version.js';
import type { Tongue } from './version.js';

const subprotocol = 'ert-concierge';

const languages: Readonly<Record<Tongue, Language>> = {
  documented: new GroupsLanguage(documented),
  shipped: new GroupsLanguage(shipped),
  services: new ServicesLanguage(),
};

interface Randomness {
  readonly uuid: () => string;
  /** 256 bits as letters, digits, `-` and `_`. */
  readonly key: () => string;
}

const cryptographic: Randomness = { uuid: randomUUID, key: () => randomBytes(32).toString('base64url') };

type ConciergeDialectContext = Pick<
  DialectContext,
  'rooms' | 'names' | 'doors' | 'pathPrefix' | 'maxQueuedRequests' | 'log' | 'now'
>;

/** The protocol of ERT Concierge: clients known by name, and groups, which are rooms. */
export class ConciergeGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: ConciergeSettings;
  readonly #random: Randomness;
  readonly #lobby = new Lobby();
  readonly #links = new Set<Link>();
  #groups: Groups | undefined;
  #files: Files | undefined;
  #unwatch: () => void = () => undefined;

  /** @param random a source of uuids and of keys that nobody can guess */
  constructor(settings: ConciergeSettings, random: Randomness = cryptographic) {
    this.#settings = settings;
    this.#random = random;
  }

  get state(): DialectState {
    return { connections: this.#links.size, undelivered: this.#groups?.undelivered ?? 0 };
  }

  /** Everybody clients can find, and what they have: nothing when nobody is there. */
  get remains(): {
    readonly identities: number;
    readonly sessions: number;
    readonly groups: number;
    readonly fileBytes: number;
  } {
    const groups = this.#groups?.all.length ?? 0;
    return { identities: this.#lobby.size, sessions: this.#links.size, groups, fileBytes: this.#files?.bytes ?? 0 };
  }

  attach({ rooms, names, doors, pathPrefix, maxQueuedRequests, log, now }: ConciergeDialectContext): void {
    const settings = this.#settings;
    const lobby = this.#lobby;
    const groups = new Groups({
      rooms,
      names,
      lobby,
      newUuid: this.#random.uuid,
      maxTextBytes: settings.maxPayloadBytes,
    });
    this.#groups = groups;
    this.#unwatch = rooms.watch(groups);
    this.#openGroups(groups, log);
    if (settings.files !== 'off') {
      const clientOf = (uuid: string): Client | undefined => lobby.client(uuid);
      this.#files = new Files(settings, { doors, pathPrefix, log, newKey: this.#random.key, clientOf });
    }
    const desk = new Desk(lobby, groups, new Delivery(lobby, groups), settings.maxOwnedGroups);
    const context: LinkContext = {
      identifyMs: settings.identifyMs,
      waiting: { maxRequests: maxQueuedRequests, maxLength: settings.maxQueuedBytes },
      log,
      admit: (connection, text) => this.#admit(connection, text),
      serve: (client, request, answer) => desk.serve(client, request, answer),
      dismiss: (client) => {
        this.#dismiss(client, groups);
      },
      ended: (link) => this.#links.delete(link),
    };
    const rate = { perSecond: settings.maxRate, burst: settings.maxBurst };
    const accept = (connection: Connection): void => {
      const link = new Link(connection, context, new TokenBucket(rate, now));
      this.#links.add(link);
      connection.listen(link);
    };
    const limits = {
      subprotocol,
      maxTextBytes: settings.maxPayloadBytes,
      maxQueuedBytes: settings.maxQueuedBytes,
    };
    for (const path of settings.paths) doors.open(pathPrefix + path, accept, limits);
  }

  /** The rooms are closed, and with them the groups. */
  close(): void {
    this.#unwatch();
    for (const client of [...this.#lobby.clients]) this.#lobby.remove(client);
    for (const link of [...this.#links]) link.end();
  }

  /** @throws TurnedAway */
  #admit(connection: Connection, text: string): Client {
    const { secret, spelling, services } = this.#settings;
    const { name, nickname, tags, tongue } = readIdentification(text, {
      secret,
      spelling,
      services,
      isTaken: (wanted) => this.#lobby.named(wanted) !== undefined,
    });
    const uuid = this.#random.uuid();
    const client = new Client([name, nickname ?? null, uuid, tags ?? []], languages[tongue], connection);
    // What may fail comes first, so that nobody appears who was not let in.
    const fsKey = this.#files?.admit(client);
    this.#lobby.enter(client);
    const hello = {
      type: 'HELLO',
      uuid,
      version: servedVersion[tongue],
      ...(fsKey !== undefined && { fs_key: fsKey }),
    };
    connection.send(textFrame(JSON.stringify(hello)));
    const { pingMs, silenceMs } = this.#settings;
    connection.keepAlive({
      intervalMs: pingMs,
      timeoutMs: silenceMs,
      code: closeCodes.heartbeatFailed,
    });
    return client;
  }

  /** In the order of Concierge §10. */
  #dismiss(client: Client, groups: Groups): void {
    this.#lobby.remove(client);
    try {
      groups.release(client);
    } finally {
      this.#lobby.tell({ type: 'clientLeft', client });
      this.#files?.dismiss(client);
    }
  }

  #openGroups(groups: Groups, log: DialectContext['log']): void {
    for (const { name, nickname } of this.#settings.groups) {
      if (groups.find(name)) continue;
      // The server asks nobody: the group is there at once, or cannot be made.
      groups.create(name, nickname).catch((error: unknown) => {
        const level = error instanceof RoomError ? 'warn' : 'error';
        log[level]('a group of the options could not be made', { group: name, error });
      });
    }
  }
}
