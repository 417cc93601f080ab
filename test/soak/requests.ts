/**
 * Random requests over all doors at the same time, good and hostile, from a seed. Nothing may be left of the clients.
 *
 *   npm run soak                        200,000 requests
 *   COUNT=2000 SEED=7 npm run soak      fewer, in another order
 */
import { request as httpRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { adminToken } from '../support/administrator.js';
import { until } from '../support/until.js';
import { ask } from '../doors/line.js';
import { PollingLine, WebSocketLine } from '../doors/line.js';
import { doors, enter } from '../doors/doors.js';
import type { Door, Visitor } from '../doors/doors.js';
import { DoorStage } from '../doors/stage.js';

const count = Number(process.env.COUNT ?? 200_000);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** Clients at each door at the same time. */
const together = 3;
const canaryEveryMs = 20;
/** Of the requests, after which the process has what it keeps. */
const warmUp = 0.2;
const rooms = ['one', 'two', 'three'];

/** A generator of numbers from 0 to 1 (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const junk = ['', '{', '[]', 'null', '42', '42["', '5:::', '5::/connection_agent:{', '9', '\u0000', 'x'.repeat(5_000)];

/** Requests without a client: REST, the page and the files of the protocols. */
const plain = [
  'GET /api/v1/rooms',
  'GET /api/v1/rooms/one',
  'DELETE /api/v1/rooms/one',
  'GET /getAllRooms',
  'GET /healthz',
  'GET /metrics',
  'OPTIONS /fs/nobody/a.txt',
  'GET /easyrtc/easyrtc.js',
  'PUT /easyrtc/easyrtc.js',
  'GET /%ff',
  'POST /api/v1/nothing',
];
/** Of a Concierge client, in its own folder. */
const ofFiles = ['PUT', 'GET', 'DELETE', 'GET', 'POST'];

const stage = new DoorStage({
  adminToken,
  maxRequestRate: 1_000_000,
  maxRequestBurst: 1_000_000,
  concierge: { maxRate: 1_000_000, maxBurst: 1_000_000 },
  easyrtc: { roomMaxConnections: 0 },
});
let sent = 0;
let visits = 0;
let refused = 0;
let plainSent = 0;

/** One client, from its entrance to its end, in one of several ways. */
async function visit(door: Door, name: string, random: () => number): Promise<void> {
  const room = rooms[Math.floor(random() * rooms.length)] ?? 'one';
  let visitor: Visitor;
  try {
    visitor = await enter(door, stage.origin, { name, room });
  } catch {
    refused += 1;
    return;
  }
  visits += 1;
  const { line, speech } = visitor;
  const key = fileKeyOf(visitor);
  for (let left = 1 + Math.floor(random() * 80); left > 0 && sent < count && !line.isClosed; left -= 1) {
    const what = random();
    sent += 1;
    if (what < 0.68) await visitor.ask().catch(() => undefined);
    else if (what < 0.69) await demand(plain[Math.floor(random() * plain.length)] ?? '', random);
    else if (what < 0.7 && key !== undefined) {
      const method = ofFiles[Math.floor(random() * ofFiles.length)] ?? 'GET';
      await demand(`${method} /fs/${name}/a.txt`, random, { 'x-fs-key': key });
    } else if (what < 0.7) await visitor.ask().catch(() => undefined);
    else if (what < 0.9) line.send(speech.say(visitor, room, 'x'.repeat(Math.floor(random() * 200))));
    else if (what < 0.97) line.send(...Array.from({ length: 5 }, () => speech.ask(visitor.number)));
    else if (what < 0.985) line.send(junk[Math.floor(random() * junk.length)] ?? '');
    else if (what < 0.99) await ask(`${stage.origin}/api/v1/rooms`, { origin: 'https://evil.example' });
    else if (what < 0.995 && line instanceof WebSocketLine)
      line.webSocket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    else if (line instanceof WebSocketLine) line.socket.write(Buffer.from([0x81, 0x85, 0, 0]));
    else if (line instanceof PollingLine) line.post(Buffer.from([0xff, 0x34]));
  }
  line.cut();
}

/** What opens the folder of a Concierge client; undefined for others. */
function fileKeyOf({ line }: Visitor): string | undefined {
  const hello = line.received.find((packet) => packet.includes('"fs_key"'));
  return /"fs_key":"([^"]+)"/.exec(hello ?? '')?.[1];
}

/** One HTTP request with a body or a part of it, whatever the method. It is given up in one of eight cases. */
function demand(what: string, random: () => number, headers: Record<string, string> = {}): Promise<void> {
  const [method = 'GET', path = '/'] = what.split(' ');
  const size = Math.floor(random() * 20_000);
  const isGivenUp = random() < 1 / 8;
  return new Promise((resolve) => {
    const length = method === 'GET' || method === 'OPTIONS' ? {} : { 'content-length': size };
    const own = { ...headers, ...length, ...(random() < 1 / 4 && { authorization: `Bearer ${adminToken}` }) };
    const outgoing = httpRequest(`${stage.origin}${path}`, { agent: false, method, headers: own });
    outgoing.once('response', (answer) => answer.resume().once('close', resolve));
    outgoing.once('error', () => {
      resolve();
    });
    plainSent += 1;
    if (length['content-length'] === undefined) outgoing.end();
    else if (!isGivenUp) outgoing.end('x'.repeat(size));
    else {
      outgoing.write('x'.repeat(Math.floor(size / 2)));
      setImmediate(() => outgoing.destroy(new Error('given up')));
    }
  });
}

/** The longest wait of a client that asks again and again, in ms. */
async function canary(isOver: () => boolean): Promise<number> {
  const [door] = doors;
  if (!door) throw new Error('there are doors');
  const bird = await enter(door, stage.origin, { name: 'canary', room: 'cage' });
  let worst = 0;
  while (!isOver()) {
    const begun = performance.now();
    await bird.ask();
    worst = Math.max(worst, performance.now() - begun);
    await pause(canaryEveryMs);
  }
  bird.line.cut();
  return worst;
}

function heapMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

say(`${count} requests over ${doors.length} doors, SEED=${seed}`);
await stage.start();
const begun = performance.now();
let warm = 0;
let isOver = false;
const waiting = canary(() => isOver);
await Promise.all(
  doors.flatMap((door, at) =>
    Array.from({ length: together }, async (_, index) => {
      const random = randomFrom(seed + at * together + index);
      for (let round = 0; sent < count; round += 1) {
        await visit(door, `c${at}-${index}-${round}`, random);
        if (warm === 0 && sent > count * warmUp) warm = heapMegabytes();
      }
    }),
  ),
);
const seconds = (performance.now() - begun) / 1_000;
isOver = true;
const worst = await waiting;
let failed = false;
try {
  await stage.empty();
  await until('no address is known', () => stage.service.doors.gate.addresses === 0);
} catch (error) {
  failed = true;
  say(`LEFT: ${String(error)} addresses ${stage.service.doors.gate.addresses}`);
}
const cold = heapMegabytes();
const defects = stage.lines.filter(({ level }) => level === 'error');
say(
  `${sent} requests of ${visits} clients, ${plainSent} of them over plain HTTP, in ${seconds.toFixed(0)} s, ${refused} clients did not get in`,
);
say(`left: ${JSON.stringify(stage.remains)}, addresses ${stage.service.doors.gate.addresses}`);
say(`heap: ${warm.toFixed(1)} MB after a fifth, ${cold.toFixed(1)} MB at the end`);
say(`errors in the log: ${defects.length} ${JSON.stringify(defects.slice(0, 3))}`);
say(`the canary waited ${worst.toFixed(0)} ms at worst`);
await stage.stop();
process.exitCode = failed || defects.length > 0 ? 1 : 0;
