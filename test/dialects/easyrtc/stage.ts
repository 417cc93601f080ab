import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EasyRtcGateway } from '../../../dialects/easyrtc/gateway.js';
import type { EasyRtcHooks } from '../../../dialects/easyrtc/hooks.js';
import type { EasyRtcExtras } from '../../../dialects/easyrtc/settings.js';
import { ownNames, sharedNames } from '../../../dialects/room-names.js';
import { Rooms } from '../../../rooms/rooms.js';
import { configOf } from '../../../src/config.js';
import type { Config } from '../../../src/config.js';
import { createLog } from '../../../src/log.js';
import { customRequestOf } from '../../../dialects/kurento-room/custom-request.js';
import { RoomGateway } from '../../../dialects/kurento-room/gateway.js';
import { Doors } from '../../../transport/doors.js';
import { SocketIoDoor } from '../../../transport/socket-io/door.js';
import { FakeMedia } from '../../support/fake-media.js';
import { RpcClient } from '../../support/rpc-client.js';
import { until } from '../../support/until.js';
import { TestClient } from './test-client.js';
import type { ConnectOptions } from './test-client.js';

/** EasyRTC and the room protocol from the sockets to the rooms, on a media engine in memory. */
export class EasyRtcStage {
  readonly media = new FakeMedia();
  readonly rooms: Rooms;
  readonly gateway: EasyRtcGateway;
  readonly hooks: EasyRtcHooks;
  /** The time in ms since 1970; a test may set it. */
  now = Date.now;
  readonly #http = createServer();
  readonly #doors: Doors;
  readonly #clients: TestClient[] = [];
  readonly #speakers: RpcClient[] = [];
  readonly #roomGateway: RoomGateway;
  url = '';

  constructor(options: Partial<Config> = {}, hooks: EasyRtcHooks = {}, extras: EasyRtcExtras = { iceServers: [] }) {
    const config = configOf({ sessionGraceMs: 1, ...options });
    this.hooks = hooks;
    const creators = new RegExp(`^(?:${config.roomCreators})$`, 'iu');
    this.rooms = new Rooms(this.media, { mayOpen: (_room, id) => creators.test(id) });
    const log = createLog('error', 'text');
    this.#doors = new Doors(this.#http, {
      maxTextLength: config.maxMessageLength,
      maxQueuedBytes: config.maxQueuedBytes,
      allowedOrigins: [],
      maxConnections: 0,
      otherwise: (_request, response) => response.writeHead(404).end(),
      onRefused: () => undefined,
    });
    const socketIo = new SocketIoDoor({
      path: '/socket.io',
      maxPacketBytes: config.maxPacketBytes,
      allowedOrigins: [],
      hasPlace: () => true,
    });
    this.#doors.mount('/socket.io', socketIo);
    const filters = {
      ...config,
      imagesUrl: () => '',
      hatPlacement: { offsetX: 0, offsetY: 0, width: 1, height: 1 },
      markerImages: [],
    };
    this.#roomGateway = new RoomGateway(log, config, customRequestOf(filters));
    this.gateway = new EasyRtcGateway(config, extras, hooks);
    for (const dialect of [this.#roomGateway, this.gateway]) {
      dialect.attach({
        rooms: this.rooms,
        names: config.bridge ? sharedNames : ownNames(dialect.name),
        doors: this.#doors,
        socketIo,
        pathPrefix: '',
        log,
        now: () => this.now(),
      });
    }
  }

  /** For the tests of one `describe`: everybody is disconnected after each, and nothing may be left then. */
  static use(...args: ConstructorParameters<typeof EasyRtcStage>): EasyRtcStage {
    const stage = new EasyRtcStage(...args);
    before(() => stage.start());
    afterEach(() => stage.clear());
    after(() => stage.stop());
    return stage;
  }

  async start(): Promise<void> {
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** A client that is connected and has said nothing yet. */
  async connect(options: ConnectOptions = {}): Promise<TestClient> {
    const client = await TestClient.connect(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** A client that is authenticated; `msgData` beside the version. */
  async enter(msgData: object = {}, options: ConnectOptions = {}): Promise<TestClient> {
    const client = await this.connect(options);
    await client.authenticate(msgData);
    return client;
  }

  /** A participant of the room protocol, in a room. */
  async speaker(user: string, room = 'default'): Promise<RpcClient> {
    const client = await RpcClient.connect(`${this.url}/`);
    this.#speakers.push(client);
    await client.request('joinRoom', { user, room });
    return client;
  }

  /** What is left of all who were here. */
  get remains(): { rooms: number; clients: number; applications: number } {
    const { gateway } = this;
    return {
      rooms: this.rooms.names.length,
      clients: gateway.state.connections,
      applications: gateway.applications,
    };
  }

  async clear(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.cut();
    for (const speaker of this.#speakers.splice(0)) speaker.cut();
    await until('nothing is left', () => Object.values(this.remains).every((count) => count === 0));
  }

  /** As the server does it. */
  async stop(): Promise<void> {
    this.rooms.close('the test is over');
    this.gateway.close();
    this.#roomGateway.close();
    await this.#doors.close();
    this.#http.close();
  }
}
