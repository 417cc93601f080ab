import { openViduToken } from './openvidu-back-end.js';
import type { Visitor } from './doors.js';
import { WebSocketLine } from './line.js';

/** What is said at a door, as the packets of its protocol. */
export interface Speech {
  /** Goes into a room, from the moment in which the transport is open. */
  enter(visitor: Visitor, room: string): Promise<void>;
  /** As `enter`, with a name that the server refuses. Resolves with the refusal. */
  refusedName(visitor: Visitor, name: string): Promise<string>;
  /** A request that changes nothing and is answered once. */
  ask(number: number): string;
  readonly answer: RegExp;
  /** Says a text to all people of the room. */
  say(visitor: Visitor, room: string, text: string): string;
  /** A packet that brings such a text. */
  readonly heard: RegExp;
  /** The refusal of a client that has spent its budget. */
  readonly tooMany: RegExp;
  /** Of a name that is too long, or holds invisible characters. */
  readonly badName: RegExp;
}

const json = JSON.stringify;

function rpc(id: number, method: string, params: object = {}): string {
  return json({ jsonrpc: '2.0', id, method, params });
}

const room: Speech = {
  async enter(visitor, to) {
    const id = visitor.number;
    visitor.line.send(rpc(id, 'joinRoom', { user: visitor.name, room: to }));
    await visitor.next(new RegExp(`"id":${id}\\b.*"result"`));
  },
  refusedName(visitor, name) {
    visitor.line.send(rpc(visitor.number, 'joinRoom', { user: name, room: 'hall' }));
    return visitor.next(/"error"/);
  },
  ask: (number) => rpc(number, 'ping'),
  answer: /"pong"/,
  say: (visitor, roomMessage, message) =>
    rpc(visitor.number, 'sendMessage', { message, userMessage: visitor.name, roomMessage }),
  heard: /"method":"sendMessage"/,
  tooMany:
    /^\{"id":\d+,"error":\{"code":204,"message":"Too many requests","data":\{"reason":"too-many","retryAfterMs":\d+\}\},"jsonrpc":"2.0"\}$/,
  badName: /^\{"id":1,"error":\{"code":999,"message":"The name of a participant must not [^"]+"\},"jsonrpc":"2.0"\}$/,
};

/** Pages of OpenVidu get a token from their back end first. The name is in what they say of themselves. */
const openvidu: Speech = {
  async enter(visitor, to) {
    const { line } = visitor;
    if (!(line instanceof WebSocketLine)) throw new Error('it is a WebSocket');
    const token = await openViduToken(new URL(line.webSocket.url).host, to);
    const id = visitor.number;
    const metadata = json({ clientData: visitor.name });
    visitor.line.send(rpc(id, 'joinRoom', { token, session: to, metadata, sdkVersion: '2.32.2' }));
    await visitor.next(new RegExp(`"id":${id}\\b.*"result"`));
  },
  // The one name that is an address here is that of the session.
  refusedName(visitor, name) {
    visitor.line.send(rpc(visitor.number, 'joinRoom', { token: 'tok_x', session: name, metadata: '' }));
    return visitor.next(/"error"/);
  },
  ask: (number) => rpc(number, 'ping'),
  answer: /"pong"/,
  say: (visitor, _room, data) =>
    rpc(visitor.number, 'sendMessage', { message: json({ to: [], data, type: 'signal:chat' }) }),
  heard: /"method":"sendMessage"/,
  tooMany: /^\{"id":\d+,"error":\{"code":\d+,"message":"Too many requests".*"jsonrpc":"2.0"\}$/,
  badName: /^\{"id":1,"error":\{"code":202,"message":"Unable to join session[^"]*".*"jsonrpc":"2.0"\}$/,
};

const concierge: Speech = {
  async enter(visitor) {
    visitor.line.send(json({ type: 'IDENTIFY', name: visitor.name, version: '0.1.0' }));
    await visitor.next(/"HELLO"/);
  },
  refusedName(visitor, name) {
    visitor.line.send(json({ type: 'IDENTIFY', name, version: '0.1.0' }));
    return visitor.line.closed;
  },
  ask: () => json({ type: 'SELF_FETCH' }),
  answer: /"SELF_FETCH_RESULT"/,
  say: (_visitor, _room, text) => json({ type: 'MESSAGE', target: { type: 'ALL' }, data: text }),
  heard: /^\{"type":"MESSAGE"/,
  tooMany: /^\{"seq":\d+,"type":"STATUS","code":"PROTOCOL","desc":"Too many payloads"\}$/,
  badName: /^4008 The name is empty, too long, or holds invisible characters$/,
};

function easyrtc(revision: 3 | 4): Speech {
  const authenticate = (number: number, username: string, roomName: string): string => {
    const msgData = { apiVersion: '1.1.1', username, roomJoin: { [roomName]: { roomName } } };
    return `42${number}${json(['easyrtcAuth', { msgType: 'authenticate', msgData }])}`;
  };
  return {
    async enter(visitor, to) {
      if (revision === 4) visitor.line.send('40');
      await visitor.next(/^40/);
      visitor.line.send(authenticate(visitor.number, visitor.name, to));
      await visitor.next(/^43\d+\[\{"msgType":"token"/);
    },
    async refusedName(visitor, name) {
      if (revision === 4) visitor.line.send('40');
      await visitor.next(/^40/);
      visitor.line.send(authenticate(visitor.number, name, 'hall'));
      return visitor.next(/^43\d+\[\{"msgType":"error"/);
    },
    ask: (number) => `42${number}["easyrtcCmd",{"msgType":"getRoomList"}]`,
    answer: /^43\d+\[\{"msgType":"roomList"/,
    say: (visitor, targetRoom, msgData) =>
      `42${visitor.number}${json(['easyrtcMsg', { msgType: 'message', msgData, targetRoom }])}`,
    heard: /^42\d+\["easyrtcMsg"/,
    tooMany: /^43\d+\[\{"msgType":"error","msgData":\{"errorCode":"MSG_REJECT_GEN_FAIL"/,
    badName: /^43\d+\[\{"msgType":"error","msgData":\{"errorCode":"MSG_REJECT_BAD_STRUCTURE"/,
  };
}

const inOrchestrator = (number: number, name: string, content: object): string =>
  `42/orchestrator,${number}${json([name, content])}`;

async function askOrchestrator(visitor: Visitor, name: string, content: object): Promise<string> {
  const { number } = visitor;
  visitor.line.send(inOrchestrator(number, name, content));
  return visitor.next(new RegExp(`^43/orchestrator,${number}\\[`));
}

async function goTo(namespace: string, visitor: Visitor): Promise<void> {
  visitor.line.send(`40${namespace},`);
  await visitor.next(new RegExp(`^40${namespace}`));
}

/** What the tests read in a list of sessions. */
interface SessionList {
  readonly body: Readonly<Record<string, { readonly sessionName: string; readonly sessionId: string }>>;
}

const orchestrator: Speech = {
  async enter(visitor, to) {
    await goTo('/orchestrator', visitor);
    await askOrchestrator(visitor, 'Login', { userName: visitor.name });
    const answer = await askOrchestrator(visitor, 'GetSessions', {});
    const [{ body }] = JSON.parse(answer.slice(answer.indexOf('['))) as [SessionList];
    const known = Object.values(body).find(({ sessionName }) => sessionName === to);
    const entered = known
      ? await askOrchestrator(visitor, 'JoinSession', { sessionId: known.sessionId })
      : await askOrchestrator(visitor, 'AddSession', { sessionName: to, scenarioDefinition: { scenarioId: 's' } });
    if (!entered.includes('"error":0')) throw new Error(entered);
  },
  async refusedName(visitor, name) {
    await goTo('/orchestrator', visitor);
    return askOrchestrator(visitor, 'Login', { userName: name });
  },
  ask: (number) => inOrchestrator(number, 'GetOrchestratorVersion', {}),
  answer: /^43\/orchestrator,\d+\[\{"error":0/,
  say: (visitor, _room, message) => inOrchestrator(visitor.number, 'SendMessageToAll', { message }),
  heard: /^42\/orchestrator,\["MessageSent"/,
  tooMany: /^43\/orchestrator,\d+\[\{"error":80[01],"message":"Too many requests are waiting","body":\{\}\}\]$/,
  badName:
    /^43\/orchestrator,\d+\[\{"error":204,"message":"The user name is too long, or holds invisible characters","body":\{\}\}\]$/,
};

/** Clients of COMPEIT say the same over both generations of Socket.IO, in other packets. */
function compeit(
  connect: string,
  event: (name: string, content: unknown) => string,
  asking: Pick<Speech, 'ask' | 'answer'>,
): Speech {
  const goIn = async (visitor: Visitor): Promise<void> => {
    visitor.line.send(connect);
    await visitor.next(/"connected"/);
  };
  return {
    async enter(visitor, to) {
      await goIn(visitor);
      visitor.line.send(event('join_room', { room: to }));
      await visitor.next(/"room_joined"/);
    },
    async refusedName(visitor, name) {
      await goIn(visitor);
      visitor.line.send(event('join_room', { room: name }));
      return visitor.next(/"error"/);
    },
    ...asking,
    say: (_visitor, _room, data) => event('room_message', { type: 'chat', data }),
    heard: /"room_message"/,
    tooMany:
      /"server_message".*\{"type":"connection","event":"error","error":"too many requests","data":\{"code":"bad_request"/,
    badName: /"server_message".*\{"type":"connection","event":"error".*"code":"bad_request".*"request":"join_room"/,
  };
}

const file = { type: 'file' };

export const speeches = {
  room,
  openvidu,
  concierge,
  easyrtc3: easyrtc(3),
  easyrtc4: easyrtc(4),
  orchestrator,
  compeitNew: compeit('40/connection_agent,', (name, content) => `42/connection_agent,${json([name, content])}`, {
    ask: (number) => `42/connection_agent,${number}${json(['server_message', file])}`,
    answer: /^43\/connection_agent,\d+\[/,
  }),
  compeitOld: compeit(
    '1::/connection_agent',
    (name, content) => `5::/connection_agent:${json({ name, args: [content] })}`,
    {
      ask: (number) => `5:${number}+:/connection_agent:${json({ name: 'server_message', args: [file] })}`,
      answer: /^6::\/connection_agent:\d+\+/,
    },
  ),
} as const satisfies Record<string, Speech>;
