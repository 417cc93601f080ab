import type { ClientOptions } from 'ws';
import { ConciergeGateway } from '../../../dialects/concierge/gateway.js';
import { RoomGateway } from '../../../dialects/kurento-room/gateway.js';
import type { Participant } from '../../../rooms/index.js';
import { configOf } from '../../../src/config.js';
import type { GivenConfig } from '../../../src/config.js';
import type { Connection } from '../../../transport/connection.js';
import { defectsLog } from '../../support/defects-log.js';
import { RpcClient } from '../../support/rpc-client.js';
import { joinAtOnce } from '../../rooms/stage.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';
import { ConciergeClient } from './concierge-client.js';
import type { Identity } from './concierge-client.js';

/** This protocol and the room protocol on one port, with media in memory. */
export class ConciergeStage extends ServiceStage {
  readonly #clients: ConciergeClient[] = [];
  readonly #outsiders: RpcClient[] = [];
  /** Logged errors, which no client may cause. */
  readonly defects: string[];
  /** The server's side of each connection, in order. */
  readonly connections: Connection[];

  /** @param random for the gateway; by default that of the server */
  constructor(options: GivenConfig = {}, random?: ConstructorParameters<typeof ConciergeGateway>[1]) {
    const defects: string[] = [];
    const connections: Connection[] = [];
    super(options, {
      log: defectsLog((message, fields) => defects.push(`${message} ${JSON.stringify(fields)}`)),
      observer: { opened: (connection) => connections.push(connection) },
      ...(random && { dialects: [new ConciergeGateway(configOf(options).concierge, random)] }),
    });
    this.defects = defects;
    this.connections = connections;
  }

  get gateway(): ConciergeGateway {
    return this.dialect(ConciergeGateway);
  }

  get url(): string {
    return `${this.origin}/`;
  }

  /** Connects without IDENTIFY. */
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

  /** A client of the Kurento Room protocol. */
  async join(room: string, user: string): Promise<RpcClient> {
    const outsider = await RpcClient.connect(this.url);
    this.#outsiders.push(outsider);
    await outsider.request('joinRoom', { room, user });
    return outsider;
  }

  /** Participants of a protocol without dialect, joined directly: one in each room. */
  outsiders(): { do: (what: string, room: string) => void; leave: () => void } {
    const present = new Map<string, Participant>();
    const attributes = { displayName: 'guest', dialect: 'test', hearsPrivateTexts: true };
    return {
      do: (what, room) => {
        const known = present.get(room);
        if (known?.closed) present.delete(room);
        else if (what === 'says') known?.say('hello');
        else if (what === 'leaves') known?.leave();
        else if (!known)
          present.set(
            room,
            joinAtOnce(this.rooms, room, { id: `${room}-id`, attributes }, () => () => undefined),
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

  /** Disconnects all clients. */
  async empty(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.cut();
    for (const outsider of this.#outsiders.splice(0)) {
      outsider.send({ jsonrpc: '2.0', id: 'last', method: 'closeSession' });
    }
    await until(
      'nobody is left',
      () => this.gateway.state.connections === 0 && this.dialect(RoomGateway).state.connections === 0,
    );
  }

  get remains(): object {
    const { sessions, identities, groups, fileBytes } = this.gateway.remains;
    return { sessions, identities, groups, fileBytes, rooms: this.rooms.names, allocated: this.media.allocated };
  }
}

export const nothingRemains = { sessions: 0, identities: 0, groups: 0, fileBytes: 0, rooms: [], allocated: 0 };

/** A stage for the tests of one `describe`. After each test all clients are disconnected, and nothing may be left. */
export function useStage(options: GivenConfig = {}): ConciergeStage {
  const stage = new ConciergeStage(options);
  before(() => stage.start());
  after(() => stage.stop());
  afterEach(async () => {
    await stage.empty();
    if (stage.defects.length > 0) throw new Error(stage.defects.splice(0).join('\n'));
  });
  return stage;
}
