import { lowerQuartile } from '../median.js';
import type { BenchServer } from './bench-process.js';
import { Countdown, Member, closeAll, gather, joinAll, leaveAll, settle } from './crowd.js';
import { openViduProtocol, roomProtocol } from './protocols.js';
import type { Protocol } from './protocols.js';

/** A server under test: the script that starts it, and its arguments. */
export interface Subject {
  readonly script: string;
  readonly args: readonly string[];
}

/** Does an operation many times and returns the cost of one. */
export type Measure = (server: BenchServer) => Promise<number>;

/** One row: what is measured, and what it is compared with. */
export interface Operation {
  readonly name: string;
  readonly unit: string;
  /** The target of the ratio. */
  readonly aim: number;
  readonly floor: readonly [Subject, Measure];
  readonly subject: readonly [Subject, Measure];
}

const bare: Subject = { script: './floor-server.ts', args: [] };
/** With the doors of all protocols open. */
const atrium: Subject = { script: './atrium-server.ts', args: [] };
const roomOnly: Subject = { script: './atrium-server.ts', args: ['room-only'] };

/** Clients that talk at once; with rooms of 10 these are 10 rooms. */
const crowd = 100;
const cpu = 'µs CPU';
const kilobytes = 'kB RSS';

/** Beside a bare `ws` server. */
export const operations: readonly Operation[] = [
  besideBare('chat delivery, rooms of 10', cpu, 0.75, chat(10)),
  besideBare('chat delivery, rooms of 100', cpu, 0.35, chat(100)),
  besideBare('join, 100 rooms of 10', cpu, 0.75, join(10, 100)),
  besideBare('join, 1,000 rooms of 10', cpu, 0.75, join(10, 1_000)),
  besideBare('join, 10 rooms of 100', cpu, 0.35, join(100, 10)),
  besideBare('join, 100 rooms of 100', cpu, 0.35, join(100, 100)),
  besideBare('visit to a room of five', cpu, 1.2, visit(5)),
  besideBare('visit to an empty room', cpu, 1.2, visit(0)),
  besideBare('memory of an idle participant', kilobytes, 1.5, idle),
];

/** All doors open and nobody at them, beside the same server with the other doors off. */
export const openDoors: readonly Operation[] = [
  besideRoomOnly('join, 100 rooms of 10', cpu, join(10, 100)),
  besideRoomOnly('join, 1,000 rooms of 10', cpu, join(10, 1_000)),
  besideRoomOnly('join, 10 rooms of 100', cpu, join(100, 10)),
  besideRoomOnly('visit to a room of five', cpu, visit(5)),
  besideRoomOnly('memory of an idle participant', kilobytes, idle),
];

/** As OpenVidu's clients do it, beside the room protocol on the same server. */
export const openVidu: readonly Operation[] = [
  besideRoomProtocol('signal delivery, rooms of 10', 1.5, (protocol) => chat(10, protocol)),
  besideRoomProtocol('join with a token, 100 rooms of 10', 2, (protocol) => join(10, 100, protocol)),
  besideRoomProtocol('visit to a room of five, with its token', 3.5, (protocol) => visit(5, protocol)),
];

function besideRoomProtocol(name: string, aim: number, measure: (protocol: Protocol) => Measure): Operation {
  return { name, unit: cpu, aim, floor: [atrium, measure(roomProtocol)], subject: [atrium, measure(openViduProtocol)] };
}

function besideBare(name: string, unit: string, aim: number, measure: Measure): Operation {
  return { name, unit, aim, floor: [bare, measure], subject: [atrium, measure] };
}

function besideRoomOnly(name: string, unit: string, measure: Measure): Operation {
  return { name, unit, aim: 1.1, floor: [roomOnly, measure], subject: [atrium, measure] };
}

/**
 * A chat text delivered to one participant. Each client sends its next text when it has got its last one, so one request of each
 * client is always under way, as on a busy server.
 */
function chat(roomSize: number, protocol = roomProtocol): Measure {
  const textsEach = 3_000 / roomSize;
  return async (server) => {
    const members = await settle(server.url, crowd, roomSize, 'chat', protocol);
    await talk(members, roomSize, textsEach / 2);
    const before = await server.usage();
    await talk(members, roomSize, textsEach);
    const after = await server.usage();
    await closeAll(members);
    return (after.cpuUs - before.cpuUs) / (crowd * textsEach * roomSize);
  };
}

async function talk(members: readonly Member[], roomSize: number, textsEach: number): Promise<void> {
  // Each text is answered once and delivered to the whole room.
  const heard = new Countdown(members.length * textsEach * (roomSize + 1));
  for (const member of members) {
    const answer = Buffer.from('"result"');
    const own = Buffer.from(member.mark);
    let left = textsEach - 1;
    member.onFrame = (frame) => {
      heard.tick();
      if (left > 0 && !frame.includes(answer) && frame.includes(own)) {
        left -= 1;
        member.say('What is said in a meeting is seldom long.');
      }
    };
    member.say('What is said in a meeting is seldom long.');
  }
  await heard.done;
}

/**
 * A join with its answer and its notifications, on a server with that many full rooms whose people have the same names in each. A
 * thousand of them join at once, as at the start of a meeting, and leave again; the others stay.
 */
function join(roomSize: number, rooms: number, protocol = roomProtocol): Measure {
  const joining = 1_000;
  const meetings = 24;
  const warmUp = 24;
  return async (server) => {
    const seated = await settle(server.url, rooms * roomSize - joining, roomSize, 'seated', protocol);
    const members = await gather(server.url, joining, roomSize, 'join', { protocol });
    const costs: number[] = [];
    for (let meeting = -warmUp; meeting < meetings; meeting += 1) {
      // Tokens are made before: they are no part of a join.
      await protocol.prepare(server.url, members);
      const before = await server.usage();
      await joinAll(members, roomSize);
      if (meeting >= 0) costs.push((await server.usage()).cpuUs - before.cpuUs);
      await leaveAll(members, roomSize);
    }
    await closeAll([...members, ...seated]);
    return lowerQuartile(costs) / joining;
  };
}

/**
 * Connect, join a room with that many people in it, leave, close. Ten clients at a time, each in a room of its own. A token that a back
 * end gives is part of it.
 */
function visit(hosts: number, protocol = roomProtocol): Measure {
  const visits = 300;
  const parts = 20;
  const warmUp = 10;
  const atOnce = 10;
  return async (server) => {
    const seated = hosts > 0 ? await settle(server.url, atOnce * hosts, hosts, 'visit', protocol) : [];
    const costs: number[] = [];
    for (let part = -warmUp; part < parts; part += 1) {
      const before = await server.usage();
      await visitAll(server.url, visits, atOnce, protocol);
      if (part >= 0) costs.push((await server.usage()).cpuUs - before.cpuUs);
    }
    await closeAll(seated);
    return lowerQuartile(costs) / visits;
  };
}

async function visitAll(url: string, visits: number, atOnce: number, protocol: Protocol): Promise<void> {
  const lane = async (_: unknown, index: number): Promise<void> => {
    for (let count = 0; count < visits / atOnce; count += 1) await visitOnce(url, `visit-${index}`, protocol);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function visitOnce(url: string, room: string, protocol: Protocol): Promise<void> {
  const member = await Member.connect(url, 'visitor', room, { protocol });
  await protocol.prepare(url, [member]);
  const joined = new Countdown(1);
  member.onFrame = joined.tick;
  member.join();
  await joined.done;
  const left = new Countdown(1);
  member.onFrame = left.tick;
  member.leave();
  await left.done;
  await member.close();
}

/** The cost of an idle participant: resident memory of a fresh server before and after a crowd has joined. */
async function idle(server: BenchServer): Promise<number> {
  const idlers = 2_000;
  const before = await server.usage(true);
  const members = await gather(server.url, idlers, 10, 'idle');
  await joinAll(members, 10);
  const after = await server.usage(true);
  await closeAll(members);
  return (after.rss - before.rss) / idlers / 1_000;
}
