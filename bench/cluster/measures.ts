import { setTimeout as pause } from 'node:timers/promises';
import type { BenchServer } from '../signalling/bench-process.js';
import { Countdown, Member, closeAll, gather, joinAll } from '../signalling/crowd.js';
import { offer, candidate } from './offer.js';
import { adminToken } from './stage.js';
import type { Stage } from './stage.js';

/** Where a crowd is, and the node that owns its rooms. One process is both. */
export interface Places {
  readonly owner: BenchServer;
  readonly gateway: BenchServer;
}

const text = 'What is said in a meeting is seldom long.';

/** A node that owns rooms, and one that clients come to. */
export async function twoNodes(stage: Stage): Promise<Places> {
  const owner = await stage.node();
  const gateway = await stage.node();
  return { owner, gateway };
}

/**
 * A crowd whose rooms belong to `owner`: the first of each room is there, and all others are at `gateway`.
 */
export async function seat({ owner, gateway }: Places, rooms: number, roomSize: number, name: string) {
  const first: Member[] = [];
  for (let room = 0; room < rooms; room += 1) {
    const member = await Member.connect(owner.url, 'first', `${name}-${room}`, { localAddress: addressOf(room) });
    await told(member, 1, () => {
      member.join();
    });
    first.push(member);
  }
  const others: Member[] = [];
  const each = roomSize - 1;
  while (others.length < rooms * each) {
    const length = Math.min(200 - (200 % each), rooms * each - others.length);
    const some = await gather(gateway.url, length, each, name, { from: others.length });
    const seats = first.slice(others.length / each, (others.length + length) / each);
    const heardByFirst = new Countdown(length);
    for (const member of seats) member.onFrame = heardByFirst.tick;
    await joinAll(some, each);
    await heardByFirst.done;
    others.push(...some);
  }
  return { first, others };
}

/** How long it takes until somebody who says something hears it, in ms, one text after the other. */
export async function delays(place: { readonly url: string }, room: string, samples: number): Promise<number[]> {
  const member = await Member.connect(place.url, 'speaker', room);
  await told(member, 1, () => {
    member.join();
  });
  const found: number[] = [];
  for (let sample = -50; sample < samples; sample += 1) {
    const since = performance.now();
    await heard(member, () => {
      member.say(text);
    });
    if (sample >= 0) found.push(performance.now() - since);
  }
  await told(member, 1, () => {
    member.leave();
  });
  await member.close();
  return found;
}

export interface Cost {
  readonly owner: number;
  readonly gateway: number;
  readonly redis: number;
}

/** CPU of each process for one delivery of a text to one person, in µs. */
export async function deliveries(
  places: Places,
  roomSize: number,
  redisCpu: () => Promise<number>,
  textsEach = 3_000 / roomSize,
): Promise<Cost> {
  const rooms = 100 / roomSize;
  const { first, others } = await seat(places, rooms, roomSize, 'talk');
  const members = [...first, ...others];
  await talk(members, roomSize, Math.ceil(textsEach / 4));
  const before = await usage(places, redisCpu);
  await talk(members, roomSize, textsEach);
  const after = await usage(places, redisCpu);
  await closeAll(members);
  const count = members.length * textsEach * roomSize;
  return {
    owner: (after.owner - before.owner) / count,
    gateway: (after.gateway - before.gateway) / count,
    redis: (after.redis - before.redis) / count,
  };
}

async function usage({ owner, gateway }: Places, redisCpu: () => Promise<number>): Promise<Cost> {
  return {
    owner: (await owner.usage()).cpuUs,
    gateway: owner === gateway ? 0 : (await gateway.usage()).cpuUs,
    redis: await redisCpu(),
  };
}

/** Each says the next text when they have heard their last one. */
async function talk(members: readonly Member[], roomSize: number, textsEach: number): Promise<void> {
  const all = new Countdown(members.length * textsEach * (roomSize + 1));
  for (const member of members) {
    const own = Buffer.from(`"user":"${member.user}"`);
    let left = textsEach - 1;
    member.onFrame = (frame) => {
      all.tick();
      if (left > 0 && isText(frame) && frame.includes(own)) {
        left -= 1;
        member.say(text);
      }
    };
    member.say(text);
  }
  await all.done;
}

export interface Commands {
  /** What nodes send to Redis for one operation. */
  readonly sent: number;
  /** What scripts do in Redis besides. */
  readonly inScripts: number;
}

/** Commands for one operation, without what nodes send all the time. */
async function commands(stage: Stage, count: number, act: () => Promise<void>): Promise<Commands> {
  let [sent, inScripts] = [0, 0];
  const stop = await stage.redis.watch((_name, isInScript) => {
    if (isInScript) inScripts += 1;
    else sent += 1;
  });
  const idleMs = 3_000;
  await pause(idleMs);
  const idle = [sent / idleMs, inScripts / idleMs] as const;
  [sent, inScripts] = [0, 0];
  const since = performance.now();
  await act();
  // What nodes report of it afterwards: the position that is written, and the summary of the room, once a second.
  await pause(1_500);
  const ms = performance.now() - since;
  stop();
  return { sent: (sent - ms * idle[0]) / count, inScripts: (inScripts - ms * idle[1]) / count };
}

export async function commandsOfJoins(stage: Stage, places: Places): Promise<Commands> {
  const { first, others } = await seat(places, 1, 2, 'commands');
  const joining = await gather(places.gateway.url, 30, 30, 'commands');
  const found = await commands(stage, joining.length, async () => {
    for (const member of joining) {
      const renamed = {
        jsonrpc: '2.0',
        id: 1,
        method: 'joinRoom',
        params: { user: `j${member.user}`, room: member.room },
      };
      await told(member, 1, () => {
        member.send(renamed);
      });
    }
  });
  await closeAll([...first, ...others, ...joining]);
  return found;
}

export async function commandsOfChats(stage: Stage, places: Places): Promise<Commands> {
  const { first, others } = await seat(places, 1, 5, 'chats');
  const [speaker] = others;
  if (!speaker) throw new Error('somebody is there');
  const found = await commands(stage, 100, async () => {
    for (let count = 0; count < 100; count += 1) {
      await heard(speaker, () => {
        speaker.say(text);
      });
    }
  });
  await closeAll([...first, ...others]);
  return found;
}

/**
 * A publication with 20 candidates, five in a turn.
 * @param everyMs a page does not wait for answers: so often it has found five more. Undefined: the next five follow the last answer
 */
export async function commandsOfPublications(stage: Stage, places: Places, everyMs?: number): Promise<Commands> {
  const { first, others } = await seat(places, 1, 11, 'publishers');
  const found = await commands(stage, others.length, async () => {
    for (const member of others) {
      const publication = { id: 5, frame: { method: 'publishVideo', params: { sdpOffer: offer, doLoopback: false } } };
      const parts = [0, 1, 2, 3].map((part) => candidatesOf(member, part));
      const all = [[publication], ...parts];
      if (everyMs === undefined) for (const part of all) await allAnswered(member, [part]);
      else await allAnswered(member, all, everyMs);
    }
  });
  await closeAll([...first, ...others]);
  return found;
}

/** Five candidates. */
function candidatesOf({ user }: Member, part: number) {
  return Array.from({ length: 5 }, (_, index) => {
    const id = 100 + 5 * part + index;
    return { id, frame: { method: 'onIceCandidate', params: { endpointName: user, ...candidate(id) } } };
  });
}

export interface TakeOver {
  /** Until a text that was said at once was heard, in each room in which one was said. */
  readonly heardMs: readonly number[];
  /** CPU from the death until the last of these was heard. */
  readonly nodesMs: number;
  readonly redisMs: number;
}

/**
 * `kill -9` of the owner of rooms of five, whose people are at another node. Two nodes are left.
 * @param spokenIn somebody says something at once in one of so many rooms
 */
export async function takeOver(stage: Stage, rooms: number, spokenIn: number): Promise<TakeOver> {
  const places = await twoNodes(stage);
  const third = await stage.node();
  const { first, others } = await seat(places, rooms, 6, 'left');
  await closeAll(first);
  await pause(1_000);
  const left = { owner: third, gateway: places.gateway };
  const before = await usage(left, async () => stage.redis.cpuUs());
  const since = performance.now();
  await stage.kill(places.owner);
  const speakers = others.filter((_, index) => index % (5 * spokenIn) === 0);
  const heardMs = await Promise.all(
    speakers.map(async (speaker) => {
      await heard(speaker, () => {
        speaker.say(text);
      });
      return performance.now() - since;
    }),
  );
  const after = await usage(left, async () => stage.redis.cpuUs());
  await closeAll(others);
  const nodesMs = (after.owner + after.gateway - before.owner - before.gateway) / 1_000;
  return { heardMs, nodesMs, redisMs: (after.redis - before.redis) / 1_000 };
}

export interface HandOver {
  /** Until REST has answered. */
  readonly movedMs: readonly number[];
  /** Until a text was heard that was said when the room was asked to move. */
  readonly heardMs: readonly number[];
}

/** A room of ten goes from node to node and back. */
export async function handOver(places: Places, moves: number): Promise<HandOver> {
  const { first, others } = await seat(places, 1, 10, 'moving');
  // Until the nodes know of each other what they are.
  await pause(3_000);
  const [speaker] = others;
  if (!speaker) throw new Error('somebody is there');
  const movedMs: number[] = [];
  const heardMs: number[] = [];
  let { owner: at, gateway: next } = places;
  for (let move = 0; move < moves; move += 1) {
    const since = performance.now();
    const url = new URL('/api/v1/cluster/rooms/moving-0/move', at.url.replace(/^ws/, 'http'));
    const moved = fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: '{}',
    });
    await heard(speaker, () => {
      speaker.say(text);
    });
    heardMs.push(performance.now() - since);
    const answer = await moved;
    if (!answer.ok) throw new Error(`the room does not move: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    movedMs.push(performance.now() - since);
    [at, next] = [next, at];
  }
  await closeAll([...first, ...others]);
  return { movedMs, heardMs };
}

/** A hundred join one room at the same moment: until each was told of all others, in ms. */
export async function joinStorm(places: Places, name: string): Promise<number> {
  const size = 100;
  const first = await Member.connect(places.owner.url, 'first', `${name}-0`);
  await told(first, 1, () => {
    first.join();
  });
  const members = await gather(places.gateway.url, size, size, name);
  const since = performance.now();
  await joinAll(members, size);
  const ms = performance.now() - since;
  await closeAll([first, ...members]);
  return ms;
}

/** What Redis keeps for one room of five in which nobody has said anything, and then a hundred texts, in bytes. */
export async function memory(stage: Stage, places: Places, rooms: number) {
  const used = async (): Promise<number> => stage.redis.info('memory', 'used_memory');
  const before = await used();
  const { first, others } = await seat(places, rooms, 5, 'kept');
  await pause(1_500);
  const quiet = await used();
  await talk([...first, ...others], 5, 20);
  await pause(1_500);
  const told = await used();
  await closeAll([...first, ...others]);
  return { quiet: (quiet - before) / rooms, told: (told - before) / rooms };
}

function isText(frame: Buffer): boolean {
  return !frame.includes('"result"') && frame.includes('"sendMessage"');
}

/** Resolves when the member was told so many frames. */
async function told(member: Member, frames: number, act: () => void): Promise<void> {
  const countdown = new Countdown(frames);
  member.onFrame = countdown.tick;
  act();
  await countdown.done;
}

/** Resolves when the member hears a text of its own. */
async function heard(member: Member, act: () => void): Promise<void> {
  const countdown = new Countdown(1);
  const own = Buffer.from(`"user":"${member.user}"`);
  member.onFrame = (frame) => {
    if (isText(frame) && frame.includes(own)) countdown.tick();
  };
  act();
  await countdown.done;
}

/** Sends requests part by part. Resolves when all are answered. */
async function allAnswered(
  member: Member,
  parts: readonly (readonly { readonly id: number; readonly frame: object }[])[],
  everyMs = 0,
): Promise<void> {
  const requests = parts.flat();
  const countdown = new Countdown(requests.length);
  const wanted = new Set(requests.map(({ id }) => id));
  member.onFrame = (bytes) => {
    const { id, error } = JSON.parse(bytes.toString()) as { readonly id?: number; readonly error?: unknown };
    if (id === undefined || !wanted.delete(id)) return;
    if (error !== undefined) throw new Error(`refused: ${JSON.stringify(error)}`);
    countdown.tick();
  };
  for (const part of parts) {
    for (const { id, frame } of part) member.send({ jsonrpc: '2.0', id, ...frame });
    if (everyMs > 0) await pause(everyMs);
  }
  await countdown.done;
}

function addressOf(index: number): string {
  return `127.0.1.${1 + (index % 250)}`;
}
