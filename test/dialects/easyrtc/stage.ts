import type { EasyRtcHooks } from '../../../dialects/easyrtc/hooks.js';
import { EasyRtcGateway } from '../../../dialects/easyrtc/gateway.js';
import type { GivenConfig } from '../../../src/config.js';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';
import { TestClient } from './test-client.js';
import type { ConnectOptions } from './test-client.js';

/** EasyRTC and the room protocol from the sockets to the rooms, with media in memory. */
export class EasyRtcStage extends ServiceStage {
  /** The time in ms since 1970; a test may set it. */
  now = Date.now;
  readonly #clients: TestClient[] = [];
  readonly #speakers: RpcClient[] = [];

  constructor(options: GivenConfig = {}, hooks: EasyRtcHooks = {}) {
    super(
      { ...options, kurentoRoom: { sessionGraceMs: 1, ...options.kurentoRoom } },
      { hooks: { easyrtc: hooks }, now: () => this.now() },
    );
  }

  get gateway(): EasyRtcGateway {
    return this.dialect(EasyRtcGateway);
  }

  get url(): string {
    return this.origin;
  }

  /** For the tests of one `describe`. After each test all clients are disconnected, and nothing may be left. */
  static use(...args: ConstructorParameters<typeof EasyRtcStage>): EasyRtcStage {
    const stage = new EasyRtcStage(...args);
    before(() => stage.start());
    afterEach(() => stage.clear());
    after(() => stage.stop());
    return stage;
  }

  /** A connected client that has sent nothing yet. */
  async connect(options: ConnectOptions = {}): Promise<TestClient> {
    const client = await TestClient.connect(this.url, options);
    this.#clients.push(client);
    return client;
  }

  /** An authenticated client; `msgData` without the version. */
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

  /** What is left of all clients. */
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
}
