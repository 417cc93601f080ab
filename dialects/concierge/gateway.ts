import { randomBytes, randomUUID } from 'node:crypto';
import type { Access } from '../../access/index.js';
import { RoomError } from '../../rooms/index.js';
import type { Bearer } from '../../rooms/index.js';
import type { Connection } from '../../transport/connection.js';
import { textFrame } from '../../transport/frame.js';
import type { Dialect, DialectState, DialectContext } from '../dialect.js';
import { bearerOf, readIdentification, servedAs } from './admission.js';
import type { Introduced } from './admission.js';
import { Client } from './client.js';
import { Delivery } from './delivery.js';
import { RequestHandler } from './request-handler.js';
import { TurnedAway, closeCodes } from './errors.js';
import { Files } from './files.js';
import { Groups, dialectName } from './groups.js';
import { JuneVersion } from './june-version.js';
import { GroupsVersion, documented, shipped } from './groups-version.js';
import type { ProtocolVersion } from './protocol-version.js';
import { Directory } from './directory.js';
import { ServicesVersion } from './services-version.js';
import { Link } from './link.js';
import type { Admission, LinkContext } from './link.js';
import type { ConciergeSettings } from './options.js';
import { servedVersion } from './version-name.js';
import type { VersionName } from './version-name.js';
import { Visibility } from './visibility.js';

const subprotocol = 'ert-concierge';

const versions: Readonly<Record<VersionName, ProtocolVersion>> = {
  june: new JuneVersion(),
  documented: new GroupsVersion(documented),
  shipped: new GroupsVersion(shipped),
  services: new ServicesVersion(),
};

interface Randomness {
  readonly uuid: () => string;
  /** 256 bits as letters, digits, `-` and `_`. */
  readonly key: () => string;
}

const cryptographic: Randomness = { uuid: randomUUID, key: () => randomBytes(32).toString('base64url') };

type ConciergeDialectContext = Pick<
  DialectContext,
  | 'rooms'
  | 'access'
  | 'names'
  | 'roomList'
  | 'doors'
  | 'pathPrefix'
  | 'maxQueuedRequests'
  | 'log'
  | 'elsewhere'
  | 'figures'
>;

/** The protocol of ERT Concierge: clients have names, and their groups are rooms. */
export class ConciergeGateway implements Dialect {
  readonly name = dialectName;
  readonly #settings: ConciergeSettings;
  readonly #random: Randomness;
  readonly #directory = new Directory();
  readonly #links = new Set<Link>();
  #groups: Groups | undefined;
  #files: Files | undefined;

  /** @param random a source of uuids and of keys that nobody can guess */
  constructor(settings: ConciergeSettings, random: Randomness = cryptographic) {
    this.#settings = settings;
    this.#random = random;
  }

  get state(): DialectState {
    return { connections: this.#links.size, undelivered: this.#groups?.undelivered ?? 0 };
  }

  /** What the dialect holds, for tests of leaks: all zero when nobody is connected. */
  get remains(): {
    readonly identities: number;
    readonly sessions: number;
    readonly groups: number;
    readonly fileBytes: number;
  } {
    const groups = this.#groups?.size ?? 0;
    return { identities: this.#directory.size, sessions: this.#links.size, groups, fileBytes: this.#files?.bytes ?? 0 };
  }

  attach(given: ConciergeDialectContext): void {
    const { rooms, access, names, roomList, doors, pathPrefix, maxQueuedRequests, log, elsewhere, figures } = given;
    const settings = this.#settings;
    const directory = this.#directory;
    const groups = new Groups({
      rooms,
      names,
      directory,
      visibility: new Visibility(
        roomList,
        settings.groups.map(({ name }) => name),
      ),
      newUuid: this.#random.uuid,
      maxTextBytes: settings.maxPayloadBytes,
      elsewhere,
    });
    this.#groups = groups;
    this.#openGroups(groups, { rooms, names, log });
    if (settings.files !== 'off') {
      const clientOf = (uuid: string): Client | undefined => directory.client(uuid);
      this.#files = new Files(settings, { doors, pathPrefix, log, newKey: this.#random.key, clientOf });
    }
    const handler = new RequestHandler(directory, groups, new Delivery(directory, groups), settings.maxOwnedGroups);
    const context: LinkContext = {
      identifyMs: settings.identifyMs,
      waiting: { maxRequests: maxQueuedRequests, maxLength: settings.maxQueuedBytes },
      log,
      figures,
      identify: (connection, text) => this.#identify(connection, text, { access, groups }),
      serve: (client, request, answer) => handler.serve(client, request, answer),
      dismiss: (client) => {
        this.#dismiss(client, groups);
      },
      ended: (link) => this.#links.delete(link),
    };
    const accept = (connection: Connection): void => {
      const link = new Link(connection, context);
      this.#links.add(link);
      connection.listen(link);
    };
    const limits = {
      world: dialectName,
      subprotocol,
      figures,
      maxTextBytes: settings.maxPayloadBytes,
      maxQueuedBytes: settings.maxQueuedBytes,
      budget: { requestsPerSecond: settings.maxRate, requestBurst: settings.maxBurst },
    };
    for (const path of settings.paths) doors.open(pathPrefix + path, accept, limits);
  }

  /** Called when the rooms are closed; their groups have ended then. */
  close(): void {
    for (const client of [...this.#directory.clients]) this.#directory.remove(client);
    this.#groups?.close();
    for (const link of [...this.#links]) link.end();
  }

  /** @throws TurnedAway */
  #identify(
    connection: Connection,
    text: string,
    { access, groups }: { readonly access: Access; readonly groups: Groups },
  ): Admission | Promise<Admission> {
    const introduced = readIdentification(text);
    const { address } = connection;
    const bearer = bearerOf(introduced, access, { address, secret: this.#settings.secret });
    const admission =
      (proved: Bearer): Admission =>
      () =>
        this.#admit(connection, introduced, proved, groups);
    return bearer instanceof Promise ? bearer.then(admission) : admission(bearer);
  }

  /** @throws TurnedAway */
  #admit(connection: Connection, introduced: Introduced, bearer: Bearer, groups: Groups): Client {
    const { spelling, services } = this.#settings;
    const { name, nickname, tags } = introduced;
    const versionName = servedAs(introduced, bearer, { spelling, services });
    this.#makePlace(name, bearer);
    const uuid = this.#random.uuid();
    const fields = { name, nickname: nickname ?? null, uuid, tags: tags ?? [], bearer };
    // The version in IDENTIFY does not tell the clients of July 2020 from later ones.
    const older = versionName === 'shipped' && spelling === 'auto' ? versions.documented : undefined;
    const client = new Client(fields, versions[versionName], connection, older);
    // The steps that may fail come first, so that a client that is refused never appears to others.
    const fsKey = this.#files?.admit(client);
    groups.open();
    this.#directory.enter(client);
    const hello = {
      [client.version.typeMember]: 'HELLO',
      uuid,
      version: servedVersion[versionName],
      ...(fsKey !== undefined && { fs_key: fsKey }),
    };
    connection.send(textFrame(JSON.stringify(hello)));
    const { pingMs, silenceMs } = this.#settings;
    connection.keepAlive({ intervalMs: pingMs, timeoutMs: silenceMs, code: closeCodes.heartbeatFailed });
    return client;
  }

  /** A client that has proved its identity replaces its own older connection. @throws TurnedAway */
  #makePlace(name: string, { identity }: Bearer): void {
    const namesake = this.#directory.clientNamed(name);
    if (!namesake) return;
    if (identity === undefined || namesake.bearer.identity !== identity)
      throw new TurnedAway(closeCodes.duplicateAuth, 'The name is in use');
    for (const link of [...this.#links]) if (link.client === namesake) link.replace();
  }

  /** In the order of docs/protocols/concierge.md#10-leaving. */
  #dismiss(client: Client, groups: Groups): void {
    this.#directory.remove(client);
    try {
      groups.release(client);
    } finally {
      this.#directory.tell({ type: 'clientLeft', client });
      this.#files?.dismiss(client);
      if (this.#directory.isEmpty) groups.close();
    }
  }

  #openGroups(groups: Groups, { rooms, names, log }: Pick<DialectContext, 'rooms' | 'names' | 'log'>): void {
    for (const { name, nickname } of this.#settings.groups) {
      if (rooms.find(names.keyOf(name))) continue;
      // Nothing has to be asked for these groups, so each exists at once or is refused at once.
      groups.create(name, nickname).catch((error: unknown) => {
        const level = error instanceof RoomError ? 'warn' : 'error';
        log[level]('a group of the options could not be created', { group: name, error });
      });
    }
  }
}
