import type { GivenConfig } from '../../../src/config.js';
import { RpcClient } from '../../support/rpc-client.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';
import { publishing, secret } from './stage.js';

/** As HTTP has it, for the user of the back end. */
export const authorization = `Basic ${Buffer.from(`OPENVIDUAPP:${secret}`).toString('base64')}`;

/** What a client has asked for and been told over HTTP. */
export interface RestAnswer {
  readonly status: number;
  /** Undefined: not JSON, or none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** This protocol and the room protocol from the socket to the domain, on a media engine in memory, with a back end that has the secret. */
export class OpenViduStage extends ServiceStage {
  readonly #clients: RpcClient[] = [];

  constructor(config: GivenConfig = {}) {
    super({
      ...config,
      openvidu: { secret, ...config.openvidu },
      kurentoRoom: { sessionGraceMs: 1, ...config.kurentoRoom },
    });
  }

  /** A page, which has joined nothing yet. It is cut by `empty`. */
  async connect(): Promise<RpcClient> {
    const client = await RpcClient.connect(`${this.origin}/`, { path: 'openvidu?sessionId=any' });
    this.#clients.push(client);
    return client;
  }

  /** A client of the room protocol. It is cut by `empty`. */
  async neighbour(): Promise<RpcClient> {
    const client = await RpcClient.connect(`${this.origin}/`);
    this.#clients.push(client);
    return client;
  }

  /** @param path behind `/openvidu/api/` */
  async rest(method: string, path: string, body?: unknown): Promise<RestAnswer> {
    const response = await fetch(`${this.origin}/openvidu/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    let json: Readonly<Record<string, unknown>> | undefined;
    try {
      json = JSON.parse(text) as Readonly<Record<string, unknown>>;
    } catch {
      // It has none.
    }
    return { status: response.status, body: json };
  }

  /** A token for a session, which is made unless it is there. */
  async token(session: string, more: object = {}): Promise<string> {
    await this.rest('POST', 'sessions', { customSessionId: session });
    const { status, body } = await this.rest('POST', `sessions/${session}/connection`, more);
    if (typeof body?.token !== 'string') throw new Error(`no token for ${session}: ${status}`);
    return body.token;
  }

  /** Somebody in a session. */
  async member(
    session: string,
    name: string,
    more: object = {},
  ): Promise<RpcClient & { readonly connectionId: string }> {
    const token = await this.token(session, more);
    const client = await this.connect();
    const metadata = JSON.stringify({ clientData: name });
    const { id } = await client.request('joinRoom', joinParams(session, token, { metadata }));
    return Object.assign(client, { connectionId: String(id) });
  }

  /** What is left of all clients and of what the back end has made. */
  get remains(): Readonly<Record<string, unknown>> {
    return {
      rooms: this.rooms.names,
      connections: this.service.dialects.map(({ state }) => state.connections).reduce((sum, count) => sum + count, 0),
      allocated: this.media.allocated,
      releasedTwice: [...this.media.releases.values()].filter((times) => times !== 1).length,
    };
  }

  /** Cuts all clients, has the back end close what is left, and resolves when nothing is. */
  async empty(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.cut();
    const { body } = await this.rest('GET', 'sessions?pendingConnections=true');
    for (const { id } of (body?.content ?? []) as readonly { readonly id: string }[]) {
      // The last one that leaves may be faster.
      await this.rest('DELETE', `sessions/${id}`);
    }
    const nothing = JSON.stringify({ rooms: [], connections: 0, allocated: 0, releasedTwice: 0 });
    try {
      await until('nothing is left', () => JSON.stringify(this.remains) === nothing);
    } catch (error) {
      throw new Error(`left: ${JSON.stringify(this.remains)}`, { cause: error });
    }
    const { body: after } = await this.rest('GET', 'sessions?pendingConnections=true');
    if (after?.numberOfElements !== 0) throw new Error(`left: ${JSON.stringify(after)}`);
  }
}

/** What openvidu-browser sends. */
export function joinParams(session: string, token: string, more: object = {}): object {
  const own = {
    platform: 'Chrome 140 on Linux',
    sdkVersion: '2.32.2',
    metadata: '',
    secret: '',
    recorder: false,
    stt: false,
  };
  return { token, session, ...own, ...more };
}

export const sdpOffer = 'v=0\r\nm=audio 9 RTP 111\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=sendrecv\r\n';

/** Of a camera, with a short offer. */
export const publishParams = publishing({ sdpOffer });
