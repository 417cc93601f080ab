import { once } from 'node:events';
import { connect } from 'node:net';
import { stalled } from '../support/stalled.js';
import { until } from '../support/until.js';
import type { GivenConfig } from '../../src/config.js';
import type { ServeOptions } from '../../src/service.js';
import { Visitor, enter } from './doors.js';
import type { Door } from './doors.js';
import { PollingLine, WebSocketLine } from './line.js';
import type { DoorStage } from './stage.js';

/** One hostile input. */
export interface Row {
  readonly title: string;
  readonly config: GivenConfig;
  readonly options?: ServeOptions;
  /** Whether all doors have it at the same time, because it takes long. */
  readonly isSlow?: true;
  fits(door: Door): boolean;
  /** Resolves with what the client got, line by line. */
  run(stage: DoorStage, door: Door, name: string): Promise<readonly string[]>;
  /** What it must get, line by line. */
  answer(door: Door): readonly (string | RegExp)[];
}

const everywhere = (): boolean => true;
const isWebSocket = ({ transport }: Door): boolean => transport === 'websocket';

/** What a client is refused, and how it ends. */
async function untilClosed({ line, speech }: Visitor): Promise<readonly string[]> {
  const how = await line.closed;
  const refusals = line instanceof PollingLine ? line.refusals : [];
  return [...line.received.filter((packet) => speech.tooMany.test(packet)), ...refusals, how];
}

/** How a door ends a connection, in the words of its library. */
function ended(door: Door, ours: string): string | RegExp {
  if (door.library === 'ours') return door.transport === 'websocket' ? ours : /^(503 the session is over|7:::1\+0)$/;
  // Engine.IO ends a polling client with a packet. A client that has no poll open then learns it from the next one.
  return door.transport === 'websocket' ? '1005' : /^(1|400 \{"code":1,"message":"Session ID unknown"\})$/;
}

/** As `ended`, when a client has spent its budget. */
function endedForTooMuch(door: Door): string | RegExp {
  return door.transport === 'websocket' ? /^1008 Too many (requests|payloads)$/ : ended(door, '');
}

/** Resolves with what a body was answered, when the client is served in spite of it. */
async function served(visitor: Visitor): Promise<readonly string[]> {
  try {
    await visitor.ask();
  } catch {
    // It is closed.
    return new Promise(() => undefined);
  }
  return [...(visitor.line instanceof PollingLine ? visitor.line.refusals : []), 'is served'];
}

async function newcomer(stage: DoorStage, door: Door, name: string): Promise<Visitor> {
  return stage.keep(new Visitor(await door.open(stage.origin), door.speech, name));
}

/** Sends the first bytes of a request and no more. Resolves with the answer, once the connection is closed. */
export async function halfRequest(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

const burst = 30;
const fewRequests: GivenConfig = {
  maxRequestRate: 1,
  maxRequestBurst: burst,
  concierge: { maxRate: 1, maxBurst: burst },
};

/** So that little may wait at each door. */
const least = 65_536;
const littleWaits: GivenConfig = {
  maxQueuedBytes: least,
  concierge: { maxQueuedBytes: least, maxRate: 1_000_000, maxBurst: 1_000_000 },
  compeit: { maxQueuedBytes: least },
  orchestrator: { maxQueuedBytes: least },
  maxRequestRate: 1_000_000,
  maxRequestBurst: 1_000_000,
};

/** More than this waits for nobody: the limit, what one turn adds to it, and what the socket has taken from that. */
const mostWaiting = least * 3;

function named(title: string, name: string, config: GivenConfig = {}): Row {
  return {
    title,
    config,
    fits: everywhere,
    async run(stage, door, own) {
      const visitor = await newcomer(stage, door, own);
      return [await door.speech.refusedName(visitor, name)];
    },
    answer: (door) => [door.speech.badName],
  };
}

export const rows: readonly Row[] = [
  {
    title: 'a flood of requests',
    config: fewRequests,
    fits: everywhere,
    async run(stage, door, name) {
      const visitor = stage.keep(await enter(door, stage.origin, { name, room: name }));
      visitor.line.send(...Array.from({ length: 2 * burst }, () => door.speech.ask(visitor.number)));
      return untilClosed(visitor);
    },
    answer: (door) => [door.speech.tooMany, endedForTooMuch(door)],
  },
  {
    title: 'a cheap request that makes the server tell much',
    config: { maxToldByteRate: least, maxToldByteBurst: least },
    fits: everywhere,
    async run(stage, door, name) {
      const listeners: Visitor[] = [];
      for (let index = 0; index < 8; index += 1) {
        listeners.push(stage.keep(await enter(door, stage.origin, { name: `${name}-${index}`, room: name })));
      }
      const visitor = stage.keep(await enter(door, stage.origin, { name, room: name }));
      await visitor.ask();
      const text = 'x'.repeat(10_000);
      visitor.line.send(...Array.from({ length: 4 }, () => door.speech.say(visitor, name, text)));
      const got = await untilClosed(visitor);
      for (const listener of listeners) await listener.ask();
      const heard = listeners.map(
        ({ line }) => line.received.filter((packet) => door.speech.heard.test(packet)).length,
      );
      return [`heard ${heard.join(' ')}`, ...got];
    },
    answer: (door) => ['heard 1 1 1 1 1 1 1 1', door.speech.tooMany, endedForTooMuch(door)],
  },
  named('a name of 257 letters', 'x'.repeat(257)),
  named('a name that changes the direction of writing', 'a\u202Eb'),
  named('a name with a control character', 'a\u0007b'),
  named('a name with a line break', 'a\nb'),
  // The reason is the name, whoever may open rooms.
  named('a name with a line break, of somebody who may open no room', 'a\nb', { roomCreators: '[ -~]*' }),
  {
    title: 'bytes that are not UTF-8',
    config: {},
    fits: everywhere,
    async run(stage, door, name) {
      const visitor = stage.keep(await enter(door, stage.origin, { name, room: name }));
      const bytes = Buffer.from([0x34, 0x32, 0x22, 0xff, 0x22]);
      const { line } = visitor;
      if (line instanceof WebSocketLine) line.webSocket.send(bytes, { binary: false });
      if (line instanceof PollingLine) line.post(bytes);
      return Promise.race([untilClosed(visitor), served(visitor)]);
    },
    answer: (door) => {
      if (door.transport === 'websocket') return ['1007'];
      // A packet that is none ends a connection of Engine.IO, and is ignored by Socket.IO 0.9.
      return [door.library === 'ours' ? 'is served' : ended(door, '')];
    },
  },
  {
    title: 'a message that is too long',
    config: {
      maxMessageLength: 1_000,
      maxPacketBytes: 100_000,
      concierge: { maxPayloadBytes: 65_536 },
      compeit: { maxPacketBytes: 100_000 },
      easyrtc: { maxPacketBytes: 100_000 },
    },
    fits: everywhere,
    async run(stage, door, name) {
      const visitor = stage.keep(await enter(door, stage.origin, { name, room: name }));
      const { line } = visitor;
      line.send(door.speech.say(visitor, name, 'x'.repeat(200_000)));
      if (line instanceof PollingLine) await line.answered;
      return Promise.race([untilClosed(visitor), served(visitor)]);
    },
    answer: (door) => {
      if (door.transport === 'websocket') return ['1009'];
      return door.library === 'ours' ? ['413 too long', ended(door, '')] : ['413 ', 'is served'];
    },
  },
  {
    title: 'half a message',
    config: { messageMs: 250 },
    options: { socketIoHeartbeat: { intervalMs: 400, timeoutMs: 400 } },
    isSlow: true,
    fits: everywhere,
    async run(stage, door, name) {
      const visitor = stage.keep(await enter(door, stage.origin, { name, room: name }));
      const { line } = visitor;
      line.keepsAlive = false;
      if (line instanceof PollingLine) {
        const { pathname, search, host } = new URL(line.url);
        const head = `POST ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/plain\r\n`;
        const answer = await halfRequest(line.url, `${head}Content-Length: 100\r\n\r\n2:`);
        return [answer.split('\r\n', 1)[0] ?? '', ...(await untilClosed(visitor))];
      }
      // A text of five bytes, of which one is there.
      if (line instanceof WebSocketLine) line.socket.write(Buffer.from([0x81, 0x85, 0, 0, 0, 0, 0x34]));
      return untilClosed(visitor);
    },
    answer: (door) => {
      const end = ended(door, '1008 A message was not completed');
      if (door.transport === 'websocket') return [end];
      return [door.library === 'ours' ? 'HTTP/1.1 408 Request Timeout' : '', end];
    },
  },
  {
    title: 'silence',
    config: { firstRequestMs: 250, concierge: { identifyMs: 250 }, compeit: { handshakeMs: 250 } },
    isSlow: true,
    fits: everywhere,
    async run(stage, door, name) {
      const visitor = await newcomer(stage, door, name);
      return untilClosed(visitor);
    },
    answer: (door) => [ended(door, '1008 No request came')],
  },
  {
    title: 'pings without reading',
    config: littleWaits,
    fits: isWebSocket,
    async run(stage, door, name) {
      const { client, resume, waiting } = await stalled(() => enter(door, stage.origin, { name, room: name }));
      const { line } = stage.keep(client);
      let most = 0;
      if (line instanceof WebSocketLine) {
        for (let sent = 0; sent < 4_000 && line.webSocket.readyState === 1; sent += 1) {
          line.webSocket.ping('x'.repeat(125));
          if (sent % 50 > 0) continue;
          await new Promise((done) => setImmediate(done));
          most = Math.max(most, waiting());
        }
      }
      await until('the server has cut it off', () => stage.clients === 0);
      resume();
      const how = await line.closed;
      return [how, most < mostWaiting ? 'little waited' : `${most} bytes waited`];
    },
    answer: () => ['1006', 'little waited'],
  },
  {
    title: 'pings of Engine.IO 3 without reading',
    config: littleWaits,
    fits: ({ name }) => name.endsWith('Engine.IO 3'),
    async run(stage, door, name) {
      const { client, resume } = await stalled(() => enter(door, stage.origin, { name, room: name }));
      const { line } = stage.keep(client);
      if (line instanceof PollingLine) line.pause();
      for (let sent = 0; sent < 45_000; sent += 5_000) line.send(...Array<string>(5_000).fill('2'));
      await until('the server has cut it off', () => stage.service.doors.connections === 0);
      resume();
      return ['is cut off'];
    },
    answer: () => ['is cut off'],
  },
  {
    title: 'a client that does not read',
    config: littleWaits,
    fits: everywhere,
    async run(stage, door, name) {
      const talker = stage.keep(await enter(door, stage.origin, { name: `${name}-talker`, room: name }));
      const { client, resume, waiting } = await stalled(() => enter(door, stage.origin, { name, room: name }));
      const { line } = stage.keep(client);
      if (line instanceof PollingLine) line.pause();
      await talker.ask();
      const before = stage.clients;
      let most = 0;
      for (let said = 0; said < 30 && stage.clients === before; said += 1) {
        talker.line.send(door.speech.say(talker, name, 'x'.repeat(10_000)));
        await talker.ask();
        most = Math.max(most, waiting());
      }
      await until('it was dropped', () => stage.clients < before);
      resume();
      await talker.ask();
      return [most < mostWaiting ? 'little waited' : `${most} bytes waited`, 'is dropped'];
    },
    answer: () => ['little waited', 'is dropped'],
  },
];
