import type { BenchServer } from './bench-process.js';
import { Countdown, Member, gather, joinAll, leaveAll } from './crowd.js';

/** A measurement: does the operation many times and returns the cost of one. */
export interface Operation {
  readonly name: string;
  readonly unit: string;
  /** The target of the ratio to the floor. */
  readonly aim: number;
  measure(server: BenchServer): Promise<number>;
}

/** Clients at once; with rooms of 10 these are 10 rooms. */
const crowd = 100;

export const operations: readonly Operation[] = [
  chat(10, 0.75),
  chat(100, 0.35),
  join(10, 0.95),
  join(100, 0.45),
  visit(1.2),
  idle(1.5),
];

/**
 * A chat text delivered to one participant. Each client sends its next text when it has got its last one, so one request of each
 * client is always under way, as on a busy server.
 */
function chat(roomSize: number, aim: number): Operation {
  const textsEach = 3_000 / roomSize;
  return {
    name: `chat delivery, rooms of ${roomSize}`,
    unit: 'µs CPU',
    aim,
    async measure(server) {
      const members = await gather(server.url, crowd, roomSize, 'chat');
      await joinAll(members, roomSize);
      await talk(members, roomSize, textsEach / 2);
      const before = await server.usage();
      await talk(members, roomSize, textsEach);
      const after = await server.usage();
      await Promise.all(members.map((member) => member.close()));
      return (after.cpuUs - before.cpuUs) / (crowd * textsEach * roomSize);
    },
  };
}

async function talk(members: readonly Member[], roomSize: number, textsEach: number): Promise<void> {
  // Each text is answered once and delivered to the whole room.
  const heard = new Countdown(members.length * textsEach * (roomSize + 1));
  for (const member of members) {
    const answer = Buffer.from('"result"');
    const own = Buffer.from(`"user":"${member.user}"`);
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

/** A join with its answer and its notifications. All participants of a room join at once, as at the start of a meeting. */
function join(roomSize: number, aim: number): Operation {
  const meetings = 60;
  const warmUp = 60;
  return {
    name: `join with notifications, rooms of ${roomSize}`,
    unit: 'µs CPU',
    aim,
    async measure(server) {
      const members = await gather(server.url, crowd, roomSize, 'join');
      let cpuUs = 0;
      for (let meeting = -warmUp; meeting < meetings; meeting += 1) {
        const before = await server.usage();
        await joinAll(members, roomSize);
        if (meeting >= 0) cpuUs += (await server.usage()).cpuUs - before.cpuUs;
        await leaveAll(members, roomSize);
      }
      await Promise.all(members.map((member) => member.close()));
      return cpuUs / (meetings * crowd);
    },
  };
}

/** Connect, join an empty room, leave, close. Ten clients at a time. */
function visit(aim: number): Operation {
  const visits = 3_000;
  const atOnce = 10;
  return {
    name: 'visit: connect, join, leave, close',
    unit: 'µs CPU',
    aim,
    async measure(server) {
      await visitAll(server.url, visits, atOnce);
      const before = await server.usage();
      await visitAll(server.url, visits, atOnce);
      const after = await server.usage();
      return (after.cpuUs - before.cpuUs) / visits;
    },
  };
}

async function visitAll(url: string, visits: number, atOnce: number): Promise<void> {
  const lane = async (_: unknown, index: number): Promise<void> => {
    for (let count = 0; count < visits / atOnce; count += 1) await visitOnce(url, `visit${index}`);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function visitOnce(url: string, room: string): Promise<void> {
  const member = await Member.connect(url, 'visitor', room);
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
function idle(aim: number): Operation {
  const idlers = 2_000;
  const roomSize = 10;
  return {
    name: 'memory of an idle participant',
    unit: 'kB RSS',
    aim,
    async measure(server) {
      const before = await server.usage(true);
      const members = await gather(server.url, idlers, roomSize, 'idle');
      await joinAll(members, roomSize);
      const after = await server.usage(true);
      await Promise.all(members.map((member) => member.close()));
      return (after.rss - before.rss) / idlers / 1_000;
    },
  };
}
