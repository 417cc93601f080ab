import { OpenviduGateway } from '../../../dialects/openvidu/gateway.js';
import { connectionBody } from '../../../dialects/openvidu/model/connection-properties.js';
import type { ConnectionBody } from '../../../dialects/openvidu/model/connection-properties.js';
import type { OvConnection } from '../../../dialects/openvidu/model/ov-connection.js';
import type { OvSession } from '../../../dialects/openvidu/model/ov-session.js';
import type { OvSessions } from '../../../dialects/openvidu/model/ov-sessions.js';
import { sessionBody } from '../../../dialects/openvidu/model/session-properties.js';
import type { GivenConfig } from '../../../src/config.js';
import type { Service } from '../../../src/service.js';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import type { WireFrame } from '../../support/rpc-client.js';

export const secret = 'shared-secret';
export const withOpenvidu: GivenConfig = { openvidu: { secret } };

/** What back ends do over REST (test/dialects/openvidu/rest/), without the way there. */
export class BackEnd {
  readonly #service: () => Service;

  constructor(service: () => Service) {
    this.#service = service;
  }

  get model(): OvSessions {
    const gateway = this.#service().dialects.find((dialect) => dialect instanceof OpenviduGateway);
    if (!gateway) throw new Error('OpenVidu is not spoken here');
    return gateway.model;
  }

  async session(id: string, body: object = {}): Promise<OvSession> {
    return this.model.create(sessionBody.parse({ customSessionId: id, ...body }));
  }

  connection(session: string, body: Partial<ConnectionBody> = {}): OvConnection {
    const found = this.model.find(session);
    if (!found) throw new Error(`there is no session ${session}`);
    return found.addConnection(connectionBody.parse(body));
  }
}

/** What a page is told, without candidates, as `participantJoined {…}`. */
export interface Told {
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** A page of openvidu-browser, frame by frame. */
export class Page {
  readonly rpc: RpcClient;
  readonly session: string;
  readonly token: string;
  /** Of the last join. */
  joined: Record<string, unknown> = {};

  private constructor(rpc: RpcClient, session: string, token: string) {
    this.rpc = rpc;
    this.session = session;
    this.token = token;
  }

  static async connect(base: string, session: string, token: string): Promise<Page> {
    const rpc = await RpcClient.connect(base, { path: `openvidu?sessionId=${session}` });
    return new Page(rpc, session, token);
  }

  /** A page that has joined. */
  static async joining(base: string, session: string, connection: OvConnection, metadata = ''): Promise<Page> {
    const page = await Page.connect(base, session, connection.token ?? '');
    await page.join({ metadata });
    return page;
  }

  get id(): string {
    return String(this.joined.id);
  }

  /** As openvidu-browser 2.32.2 does it. */
  async join(params: object = {}): Promise<Record<string, unknown>> {
    this.joined = await this.rpc.request('joinRoom', this.joinParams(params));
    return this.joined;
  }

  joinParams(params: object = {}): object {
    const { session, token } = this;
    const address = `wss://media.example:4443?sessionId=${session}&token=${token}`;
    const browser = { platform: 'Chrome 140 on Linux', sdkVersion: '2.32.2', metadata: '' };
    return { token: address, session, ...browser, secret: '', recorder: false, stt: false, ...params };
  }

  async publish(params: object = {}): Promise<Record<string, unknown>> {
    return this.rpc.request('publishVideo', publishing(params));
  }

  async receive(sender: string): Promise<Record<string, unknown>> {
    return this.rpc.request('receiveVideoFrom', { sender, sdpOffer: receiveOffer });
  }

  async signal(message: object): Promise<WireFrame> {
    return this.rpc.call('sendMessage', { message: JSON.stringify(message) });
  }

  /** All that it was told so far, which is forgotten then. Candidates are left out. */
  async told(): Promise<Told[]> {
    await this.rpc.settle();
    const told: Told[] = [];
    while (this.rpc.notifications.length > 0) {
      const { method = '', params = {} } = await this.rpc.take(
        (frame) => frame.method !== undefined && frame.method !== 'iceCandidate',
      );
      told.push({ method, params });
    }
    return told;
  }

  /** The params of the one notification that it was told. */
  async toldOnce(): Promise<Record<string, unknown>> {
    const [first, ...more] = await this.told();
    if (!first || more.length > 0) throw new Error(`told ${JSON.stringify([first, ...more])}`);
    return first.params;
  }

  cut(): void {
    this.rpc.cut();
  }
}

export function publishing(params: object = {}): object {
  return {
    ...{ sdpOffer: publishOffer, doLoopback: false, hasAudio: true, hasVideo: true, audioActive: true },
    ...{ videoActive: true, typeOfVideo: 'CAMERA', frameRate: 30, videoDimensions: '{"width":640,"height":480}' },
    ...params,
  };
}
