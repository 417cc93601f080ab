import { OpenviduGateway } from '../../../../dialects/openvidu/gateway.js';
import type { OvConnection } from '../../../../dialects/openvidu/model/ov-connection.js';
import type { OvNotice } from '../../../../dialects/openvidu/model/notices.js';
import type { OvSession } from '../../../../dialects/openvidu/model/ov-session.js';
import type { Participant, RoomEvent } from '../../../../rooms/index.js';
import type { GivenConfig } from '../../../../src/config.js';
import type { ServeOptions } from '../../../../src/service.js';
import { joinAtOnce, publish } from '../../../rooms/stage.js';
import { defectsLog } from '../../../support/defects-log.js';
import { ServiceStage } from '../../../support/service-stage.js';

export const secret = 'MY_SECRET';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined: the text is no JSON. */
  readonly json: unknown;
}

export interface Asked {
  readonly body?: unknown;
  /** Null: none. Default: the right one. */
  readonly password?: string | null;
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const offer = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 96\r\nm=video 9 UDP/TLS/RTP/SAVPF 97\r\n';

/** The whole server with this dialect, on a media engine in memory, over real HTTP. Members are let in as the gateway does it. */
export class RestStage extends ServiceStage {
  readonly defects: unknown[];
  readonly notices: { readonly to: readonly string[]; readonly notice: OvNotice }[] = [];

  constructor(config: GivenConfig = {}, options: ServeOptions = {}) {
    const defects: unknown[] = [];
    super(
      { ...config, openvidu: { secret, ...config.openvidu } },
      { log: defectsLog((message, fields) => defects.push({ message, ...fields })), ...options },
    );
    this.defects = defects;
  }

  get sessions() {
    return this.dialect(OpenviduGateway).model;
  }

  session(id: string): OvSession {
    const session = this.sessions.find(id);
    if (!session) throw new Error(`there is no session ${id}`);
    return session;
  }

  async ask(
    method: string,
    path: string,
    { body, password = secret, user = 'OPENVIDUAPP', headers }: Asked = {},
  ): Promise<Reply> {
    const response = await fetch(`${this.origin}${path}`, {
      ...{ method, body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body) },
      headers: {
        ...(password !== null && { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
        ...headers,
      },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  /** Below /openvidu/api. */
  async api(method: string, path: string, body?: unknown): Promise<Reply> {
    return this.ask(method, `/openvidu/api${path}`, { body });
  }

  /** A page joins with a connection. */
  enter(session: OvSession, connection: OvConnection): Participant {
    const attributes = { displayName: 'Ana', dialect: 'openvidu', hearsPrivateTexts: true };
    return joinAtOnce(this.rooms, session.room.name, { id: connection.id, attributes }, (participant) => {
      const client = { clientMetadata: '{"clientData":"Ana"}', platform: 'Chrome 130', ip: '192.0.2.1' };
      connection.activate({ participant, activeAt: Date.now(), finalUserId: 'u', ...client });
      return () => undefined;
    });
  }

  /** Makes a session, a connection, and a page that joins with it. */
  async member(
    id: string,
    body: object = {},
  ): Promise<{ session: OvSession; connection: OvConnection; page: Participant }> {
    await this.api('POST', '/sessions', { customSessionId: id });
    const { json } = await this.api('POST', `/sessions/${id}/connection`, body);
    const session = this.session(id);
    const connection = session.connection(String(Reflect.get(json as object, 'id')));
    if (!connection) throw new Error('the connection is not there');
    return { session, connection, page: this.enter(session, connection) };
  }

  async publish(connection: OvConnection, page: Participant) {
    const stream = connection.publish({
      ...{ hasAudio: true, hasVideo: true, audioActive: true, videoActive: false },
      ...{ typeOfVideo: 'CAMERA', frameRate: 30, videoDimensions: '{"width":640,"height":480}' },
    });
    await publish(page, offer);
    return stream;
  }

  /** Somebody of another protocol. */
  stranger(room: string, id: string, told: RoomEvent[] = []): Participant {
    const attributes = { displayName: id, dialect: 'others', hearsPrivateTexts: false };
    return joinAtOnce(this.rooms, room, { id, attributes }, () => (event) => told.push(event));
  }

  /** Keeps what members are told. */
  listen(): void {
    this.sessions.tellMembers = (to, notice) => {
      this.notices.push({ to: to.map(({ id }) => id), notice });
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
