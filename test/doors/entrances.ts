import { io } from 'socket.io-client';
import { ConciergeClient } from '../dialects/concierge/concierge-client.js';
import { Page } from '../dialects/compeit/page.js';
import type { WireEvent } from '../dialects/compeit/page.js';
import { TestClient, codeOf } from '../dialects/easyrtc/test-client.js';
import { OrchestratorClient } from '../dialects/orchestrator/orchestrator-stage.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';

/** What a person in a room does. Not every door has all of it. */
export type Deed = 'text' | 'data' | 'publish' | 'subscribe' | 'moderate';

/** Somebody at a door, who may have been let into a room. */
export interface Person {
  /** `in`, or how it was refused. */
  readonly outcome: string;
  /** What it does, if its door has that. Resolves with `ok`, or with how it was refused. */
  readonly deeds: Readonly<Partial<Record<Deed, (to: Partners) => Promise<string>>>>;
  /** All that the server has told it, as one text. */
  heard(): Promise<string>;
  cut(): void;
}

/** Others in the room. */
export interface Partners {
  /** Publishes, over the room protocol. */
  readonly host: string;
  /** The id of a person at the same door, for a call from page to page. */
  readonly atDoor: string;
}

export interface Newcomer {
  readonly name: string;
  readonly room: string;
  readonly token?: string | undefined;
}

export interface Entrance {
  readonly name: string;
  /** @param origin as http://127.0.0.1:port */
  enter(origin: string, newcomer: Newcomer): Promise<Person & { readonly id: string }>;
}

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=sendrecv\r\n';
const nothing = { deeds: {}, id: '' };
const refusedAs = (outcome: string, heard: () => Promise<string>, cut: () => void) => ({
  ...nothing,
  outcome,
  heard,
  cut,
});

const room: Entrance = {
  name: 'room',
  async enter(origin, { name, room: to, token }) {
    const client = await RpcClient.connect(`${origin}/`);
    const ask = async (method: string, params: object): Promise<string> => {
      const { error } = await client.call(method, params);
      return error ? [error.code, error.data?.reason].join(' ') : 'ok';
    };
    const heard = async (): Promise<string> => {
      await client.settle();
      return JSON.stringify(client.frames);
    };
    const cut = (): void => {
      client.cut();
    };
    const outcome = await ask('joinRoom', { user: name, room: to, token });
    if (outcome !== 'ok') return refusedAs(outcome, heard, cut);
    return {
      id: name,
      outcome: 'in',
      heard,
      cut,
      deeds: {
        text: () => ask('sendMessage', { message: 'hi', userMessage: name, roomMessage: to }),
        publish: () => ask('publishVideo', { sdpOffer: offer, doLoopback: false }),
        subscribe: ({ host }) => ask('receiveVideoFrom', { sender: `${host}_webcam`, sdpOffer: offer }),
        moderate: () => ask('lockRoom', { locked: false }),
      },
    };
  },
};

const easyrtc: Entrance = {
  name: 'EasyRTC',
  async enter(origin, { name, room: to, token }) {
    const client = await TestClient.connect(origin, {});
    const msgData = { apiVersion: '1', username: name, roomJoin: { [to]: { roomName: to } } };
    const reply = await client.ask('easyrtcAuth', {
      msgType: 'authenticate',
      msgData: { ...msgData, ...(token !== undefined && { credential: { token } }) },
    });
    const ok = (code: string): string => (code === 'ack' ? 'ok' : code);
    const cut = (): void => {
      client.cut();
    };
    const heard = async (): Promise<string> => {
      if (reply.msgType === 'token') await client.settle();
      return JSON.stringify(client.pushes);
    };
    if (reply.msgType !== 'token') {
      await client.closed;
      return refusedAs(codeOf(reply), heard, cut);
    }
    const say = async (msgType: string): Promise<string> =>
      ok(await client.refusal('easyrtcMsg', { msgType, msgData: 'hi', targetRoom: to }));
    return {
      id: String(reply.msgData?.easyrtcid),
      outcome: 'in',
      heard,
      cut,
      deeds: {
        text: () => say('message'),
        data: () => say('other'),
        publish: async ({ atDoor }) => ok(codeOf(await client.command('offer', { type: 'offer', sdp: offer }, atDoor))),
      },
    };
  },
};

const orchestrator: Entrance = {
  name: 'Orchestrator',
  async enter(origin, { name, room: to, token }) {
    const options = { forceNew: true, reconnection: false, transports: ['websocket'] };
    const client = new OrchestratorClient(io(`${origin}/orchestrator`, options));
    await client.connected;
    const ask = async (request: string, content: object): Promise<string> => {
      const { error } = await client.ask(request, content);
      return error === 0 ? 'ok' : String(error);
    };
    const cut = (): void => {
      client.socket.disconnect();
    };
    const heard = async (): Promise<string> => {
      await client.ask('GetOrchestratorVersion', {});
      return JSON.stringify(client.notices);
    };
    const { error, body } = await client.ask('Login', { userName: name, userPassword: token });
    if (error !== 0) return refusedAs(String(error), heard, cut);
    const { body: listed } = await client.ask('GetSessions', {});
    const sessions = Object.values(listed) as { readonly sessionName: string; readonly sessionId: string }[];
    const known = sessions.find(({ sessionName }) => sessionName === to);
    const entered = known
      ? await ask('JoinSession', { sessionId: known.sessionId })
      : await ask('AddSession', { sessionName: to, scenarioDefinition: { scenarioId: 's' } });
    if (entered !== 'ok') return refusedAs(entered, heard, cut);
    return {
      id: String(body.userId),
      outcome: 'in',
      heard,
      cut,
      deeds: {
        text: () => ask('SendMessageToAll', { message: 'a text' }),
        data: () => ask('SendMessageToAll', { message: { a: 1 } }),
      },
    };
  },
};

const concierge: Entrance = {
  name: 'Concierge',
  async enter(origin, { name, room: to, token }) {
    const client = await ConciergeClient.connect(`${origin}/`, 'ws', ['ert-concierge'], {});
    client.send({ type: 'IDENTIFY', name, version: '0.1.0', secret: token });
    const cut = (): void => {
      client.cut();
    };
    const heard = async (): Promise<string> => JSON.stringify(await client.all().catch(() => []));
    try {
      const hello = await client.next();
      client.uuid = String(hello.uuid);
    } catch {
      const { code } = await client.closed;
      return refusedAs(String(code), () => Promise.resolve(''), cut);
    }
    const ask = async (payload: object): Promise<string> => {
      await client.skip();
      client.send(payload);
      for (;;) {
        const { seq, code } = await client.next();
        if (seq !== undefined) return /SUBSCRIBED|SENT|CREATED/.test(code ?? '') ? 'ok' : String(code);
      }
    };
    const created = await ask({ type: 'GROUP_CREATE', name: to });
    const entered = created === 'ok' ? await ask({ type: 'SELF_SUBSCRIBE', name: to }) : created;
    if (entered !== 'ok') return refusedAs(entered, heard, cut);
    const say = (data: unknown): Promise<string> =>
      ask({ type: 'MESSAGE', target: { type: 'GROUP', group: to }, data });
    return {
      id: client.uuid,
      outcome: 'in',
      heard,
      cut,
      deeds: { text: () => say('hi'), data: () => say({ a: 1 }) },
    };
  },
};

/** The first event since then that answers, as `ok`, or the error. */
async function answered(page: Page, from: number, isAnswer: (event: WireEvent) => boolean): Promise<string> {
  const errorOf = ({ name, args: [first] }: WireEvent): string | undefined => {
    const { event, data } = (first ?? {}) as { event?: string; data?: { code?: string } };
    return name === 'server_message' && event === 'error' ? data?.code : undefined;
  };
  let outcome: string | undefined;
  await until('an answer', () => {
    for (const event of page.events.slice(from)) outcome ??= errorOf(event) ?? (isAnswer(event) ? 'ok' : undefined);
    return outcome !== undefined;
  });
  return outcome ?? '';
}

const compeit: Entrance = {
  name: 'COMPEIT',
  async enter(origin, { name, room: to, token }) {
    const query = token === undefined ? `name=${name}` : `name=${name}&token=${token}`;
    let page: Page;
    try {
      page = await Page.connect(origin, 'websocket', query);
    } catch (error) {
      const [, status = String(error)] = /Error: (\d+)/.exec(String(error)) ?? [];
      return refusedAs(
        status,
        () => Promise.resolve(''),
        () => undefined,
      );
    }
    const cut = (): void => {
      page.cut();
    };
    const heard = async (): Promise<string> => JSON.stringify(await page.rest());
    const ask = (event: string, content: object, isAnswer: (event: WireEvent) => boolean): Promise<string> => {
      const from = page.events.length;
      page.emit(event, content);
      return answered(page, from, isAnswer);
    };
    const says =
      (word: string) =>
      ({ args: [first] }: WireEvent): boolean =>
        (first as { event?: string } | undefined)?.event === word;
    const entered = await ask('join_room', { room: to }, ({ name: its }) => its === 'room_joined');
    if (entered !== 'ok') return refusedAs(entered, heard, cut);
    const say = (type: string): Promise<string> =>
      ask('room_message', { type, data: 'hi' }, ({ name: its }) => its === 'room_message');
    const kurento = (event: string, fields: object, answer: string): Promise<string> =>
      ask('server_message', { type: 'kurento', data: { event, offerSdp: offer, ...fields } }, says(answer));
    return {
      id: String(page.id),
      outcome: 'in',
      heard,
      cut,
      deeds: {
        text: () => say('chat'),
        data: () => say('draw'),
        publish: () => kurento('send_start', {}, 'send_started'),
        subscribe: ({ host }) => {
          const joined = page.events.flatMap(({ name: its, args: [first] }) =>
            its === 'user_joined' ? [(first as { user: { id: number; name: string } }).user] : [],
          );
          const sender = joined.find((user) => user.name === host)?.id;
          return kurento('receive_start', { sender }, 'receive_started');
        },
      },
    };
  },
};

/** The five doors. */
export const entrances: readonly Entrance[] = [room, easyrtc, orchestrator, concierge, compeit];
