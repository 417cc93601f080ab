import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientOptions } from 'ws';
import { ConciergeGateway } from '../../../dialects/concierge/gateway.js';
import { ownNames, sharedNames } from '../../../dialects/room-names.js';
import type { Participant } from '../../../rooms/participant.js';
import { Rooms } from '../../../rooms/rooms.js';
import { configOf } from '../../../src/config.js';
import type { Config } from '../../../src/config.js';
import { createLog } from '../../../src/log.js';
import { customRequestOf } from '../../../dialects/kurento-room/custom-request.js';
import { RoomGateway } from '../../../dialects/kurento-room/gateway.js';
import type { Connection } from '../../../transport/connection.js';
import { Doors } from '../../../transport/doors.js';
import { FakeMedia } from '../../support/fake-media.js';
import { RpcClient } from '../../support/rpc-client.js';
import { until } from '../../support/until.js';
import { ConciergeClient } from './concierge-client.js';
import type { Identity } from './concierge-client.js';

/** This protocol and that of the room server on one port, on media in memory. */
export class ConciergeStage {
  readonly media = new FakeMedia();
  readonly rooms: Rooms;
  readonly gateway: ConciergeGateway;
  readonly #kurento: RoomGateway;
  readonly #http = createServer();
  readonly #doors: Doors;
  readonly #clients: ConciergeClient[] = [];
  readonly #strangers: RpcClient[] = [];
  url = '';
  /** Errors that were logged: what no client may cause. */
  readonly defects: string[] = [];
  /** The server's side of each connection, in order. */
  readonly connections: Connection[] = [];

  /** @param random as the gateway takes it; unless given, that of the server */
  constructor(options: Partial<Config> = {}, random?: ConstructorParameters<typeof ConciergeGateway>[1]) {
    const config = configOf(options);
    const log = createLog('error', 'text');
    const creators = new RegExp(`^(?:${config.roomCreators})$`, 'iu');
    this.rooms = new Rooms(this.media, { mayOpen: (_room, name) => creators.test(name) });
    this.gateway = new ConciergeGateway(config, random);
    const filters = { filterType: 'hat', imagesUrl: () => '', hatImage: '', markerImages: [] } as const;
    const hatPlacement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };
    this.#kurento = new RoomGateway(log, config, customRequestOf({ ...filters, hatPlacement }));
    this.#doors = new Doors(this.#http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: [],
      maxConnections: 0,
      otherwise: (_request, response) => {
        response.writeHead(404).end();
      },
      onRefused: () => undefined,
    });
    const doors = this.#doors;
    const open = doors.open.bind(doors);
    doors.open = (path, accept, limits) => {
      const recorded = (connection: Connection): void => {
        this.connections.push(connection);
        accept(connection);
      };
      open(path, recorded, limits);
    };
    const shared = { rooms: this.rooms, names: sharedNames, doors, pathPrefix: '' };
    this.#kurento.attach(shared);
    const silent = (): void => undefined;
    const error = (message: string, fields?: object): void => {
      this.defects.push(`${message} ${JSON.stringify(fields)}`);
    };
    this.gateway.attach({
      ...shared,
      names: config.bridge ? sharedNames : ownNames('concierge'),
      log: { error, warn: silent, info: silent, debug: silent },
      now: Date.now,
    });
  }

  async start(): Promise<void> {
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** Connects, and identifies as nobody yet. */
  async connect(
    path = 'ws',
    protocols: string[] = ['ert-concierge'],
    options: ClientOptions = {},
  ): Promise<ConciergeClient> {
    const client = await ConciergeClient.connect(this.url, path, protocols, options);
    this.#clients.push(client);
    return client;
  }

  async identify(name: string, identity: Partial<Identity> = {}): Promise<ConciergeClient> {
    const client = await this.connect();
    await client.identify({ name, version: '0.1.0', ...identity });
    return client;
  }

  /** Somebody of the Kurento Room protocol. */
  async join(room: string, user: string): Promise<RpcClient> {
    const stranger = await RpcClient.connect(this.url);
    this.#strangers.push(stranger);
    await stranger.request('joinRoom', { room, user });
    return stranger;
  }

  /** Somebody of a protocol that is not there, straight in the rooms: one in each. */
  strangers(): { do: (what: string, room: string) => void; leave: () => void } {
    const present = new Map<string, Participant>();
    const attributes = { displayName: 'guest', dialect: 'test', takesPrivateText: true };
    return {
      do: (what, room) => {
        const known = present.get(room);
        if (known?.closed) present.delete(room);
        else if (what === 'says') known?.say('hello');
        else if (what === 'leaves') known?.leave();
        else if (!known)
          present.set(
            room,
            this.rooms.join(room, `${room}-id`, attributes, () => undefined),
          );
      },
      leave: () => {
        for (const participant of present.values()) participant.leave();
      },
    };
  }

  /** Resolves when that many clients are connected. */
  settled(clients: number): Promise<void> {
    return until('the others are gone', () => this.gateway.state.connections === clients);
  }

  /** Everybody goes. */
  async empty(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.cut();
    for (const stranger of this.#strangers.splice(0)) {
      stranger.send({ jsonrpc: '2.0', id: 'last', method: 'closeSession' });
    }
    await until('nobody is left', () => this.gateway.state.connections === 0 && this.#kurento.state.connections === 0);
  }

  get remains(): object {
    const { sessions, identities, groups, fileBytes } = this.gateway.remains;
    return { sessions, identities, groups, fileBytes, rooms: this.rooms.names, allocated: this.media.allocated };
  }

  async stop(): Promise<void> {
    this.rooms.close('the test is over');
    this.gateway.close();
    this.#kurento.close();
    await this.#doors.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

export const nothingRemains = { sessions: 0, identities: 0, groups: 0, fileBytes: 0, rooms: [], allocated: 0 };

/** A stage for the tests of one `describe`; after each test everybody goes, and nothing may be left. */
export function useStage(options: Partial<Config> = {}): ConciergeStage {
  const stage = new ConciergeStage(options);
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    await stage.empty();
    if (stage.defects.length > 0) throw new Error(stage.defects.splice(0).join('\n'));
  });
  return stage;
}
