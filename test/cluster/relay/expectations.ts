import { positionText } from '../../../cluster/position.js';
import type { LoggedFrame } from '../../../cluster/room-store.js';
import { isFor } from '../../../cluster/slots.js';
import type { Told } from './tiny-dialect.js';

interface Expected {
  readonly sid: string;
  readonly slot: number;
  readonly frames: string[];
  /** How many were written to its sockets. */
  written: number;
  /** It is in the room no more. */
  isOver: boolean;
  /** What it missed may be lost. */
  mayBeRefused: boolean;
}

interface RoomSeen {
  readonly slots: Map<number, Expected>;
  total: number;
  epoch: number;
  readonly executed: Set<string>;
  /** By position: what the log has or had. */
  readonly entries: Map<string, string>;
}

/** What must be told to whom, as the logs in Redis have it, and what was wrong. */
export class Expectations {
  readonly faults: string[] = [];
  readonly #sessions = new Map<string, Expected>();
  readonly #rooms = new Map<string, RoomSeen>();
  readonly #now: () => number;
  /** With small logs a session may be refused. */
  readonly #mayForget: boolean;
  frames = 0;
  /** What clients were told past the log. */
  passed = 0;
  requests = 0;
  /** Clients whose session went on with a socket that they had given up. */
  replaced = 0;
  /** Sessions that were refused because the log was not long enough. */
  forgotten = 0;

  constructor(now: () => number, mayForget: boolean) {
    this.#now = now;
    this.#mayForget = mayForget;
  }

  /** Says what happens, for a run that is looked into: `TRACE=1`. */
  trace(text: string): void {
    if (process.env.TRACE !== undefined) process.stdout.write(`${this.#now().toFixed(1)} ${text}\n`);
  }
  fault(text: string): void {
    this.trace(`FAULT ${text}`);
    if (this.faults.length < 20) this.faults.push(`${this.#now().toFixed(1)}: ${text}`);
  }

  /** A log has one entry more. */
  appended(hash: string, { slots, frame, at }: LoggedFrame): void {
    const room = this.#room(hash);
    this.trace(`LOG ${hash.slice(0, 2)} ${at.epoch}-${at.seq} ${slots} ${frame}`);
    const [place, entry] = [positionText(at), `${slots} ${frame}`];
    const former = room.entries.get(place);
    if (former !== undefined) {
      // It was lost, and its owner has written it again.
      if (former !== entry) this.fault(`the log had ${former} at ${place}, and has ${entry} now`);
      return;
    }
    room.entries.set(place, entry);
    if (at.epoch < room.epoch) this.fault(`an owner with epoch ${at.epoch} wrote after ${room.epoch}`);
    if (frame.startsWith('~')) {
      const { t } = JSON.parse(frame.slice(1)) as { readonly t: string };
      if (t !== 'left') return;
      const expected = room.slots.get(Number(slots));
      if (expected) expected.isOver = true;
      room.slots.delete(Number(slots));
      return;
    }
    const told = JSON.parse(frame) as Told;
    if (told.sid !== undefined) {
      const slot = told.slot ?? 0;
      const expected: Expected = { sid: told.sid, slot, frames: [], written: 0, isOver: false, mayBeRefused: false };
      this.#sessions.set(told.sid, expected);
      room.slots.set(slot, expected);
    }
    for (const [slot, expected] of room.slots) {
      if (!isFor(slots, slot)) continue;
      expected.frames.push(frame);
      if (told.over) expected.isOver = true;
    }
    this.#executed(room, told);
  }

  /** What its clients were told by former owners is lost. */
  logLost(hash: string): void {
    for (const expected of this.#room(hash).slots.values()) expected.mayBeRefused = true;
  }

  claimed(hash: string, epoch: number): void {
    this.#room(hash).epoch = epoch;
  }

  closed(hash: string): void {
    const { slots, entries } = this.#room(hash);
    for (const expected of slots.values()) expected.isOver = true;
    // The log stays, and an owner of the next room of the name may write it again.
    this.#rooms.set(hash, newRoom(entries));
  }

  /** The slot of a session is gone, also of one whose client is away. */
  removed(hash: string, field: string): void {
    if (!field.startsWith('c:')) return;
    const slot = Number(field.slice(2));
    const room = this.#rooms.get(hash);
    const expected = room?.slots.get(slot);
    if (expected) expected.isOver = true;
    room?.slots.delete(slot);
  }

  /** A client that counts is told something. @param received how many messages it was told before */
  check(sid: string, received: number, text: string): void {
    this.frames += 1;
    const expected = this.#sessions.get(sid)?.frames[received];
    if (expected !== text) this.fault(`${sid} was told ${text} as number ${received}, not ${expected ?? 'nothing'}`);
  }

  /**
   * Something is written to the socket of a client that does not count: it may be told something again, and misses nothing.
   * @param isGivenUp whether the client has another socket by now, perhaps in another room
   */
  written(sid: string, text: string, isGivenUp: boolean): void {
    const expected = this.#sessions.get(sid);
    this.frames += 1;
    const { frames = [], written = 0 } = expected ?? {};
    const index = frames[written] === text ? written : frames.indexOf(text);
    if (!expected || index === -1 || index > written) {
      if (!isGivenUp) this.fault(`${sid}, which does not count, was told ${text} after ${written} messages`);
    } else expected.written = Math.max(written, index + 1);
  }

  writtenTo(sid: string): number {
    return this.#sessions.get(sid)?.written ?? 0;
  }

  /** Its session was not found. */
  refused(sid: string): void {
    const expected = this.#sessions.get(sid);
    if (!expected || expected.isOver) return;
    if (this.#mayForget || expected.mayBeRefused) this.forgotten += 1;
    else this.fault(`${sid} was refused`);
  }

  toldOutside(sid: string): void {
    const expected = this.#sessions.get(sid);
    if (expected?.isOver === false) this.fault(`${sid} was told that it is in no room`);
  }

  countOf(sid: string): number {
    return this.#sessions.get(sid)?.frames.length ?? 0;
  }

  isOver(sid: string): boolean {
    return this.#sessions.get(sid)?.isOver !== false;
  }

  #executed(room: RoomSeen, { n, by, of, sid, id }: Told): void {
    if (n === undefined) return;
    // Everybody in the room hears of it; who has just come in, in the answer.
    if (sid !== undefined && n === room.total) return;
    // The room was opened again.
    if (sid !== undefined && n === 1) {
      room.total = 0;
      room.executed.clear();
    }
    // With a small log the owner may have forgotten what Redis has lost.
    if (n !== room.total + 1 && !(this.#mayForget && n > room.total))
      this.fault(`request ${n} of a room was executed after ${room.total}`);
    room.total = n;
    const request = sid === undefined ? `${by} ${of}` : `${sid} ${id}`;
    if (room.executed.has(request)) this.fault(`request ${request} was executed twice`);
    room.executed.add(request);
    this.requests += 1;
  }

  #room(hash: string): RoomSeen {
    let room = this.#rooms.get(hash);
    if (!room) {
      room = newRoom();
      this.#rooms.set(hash, room);
    }
    return room;
  }
}

function newRoom(entries = new Map<string, string>()): RoomSeen {
  return { slots: new Map(), total: 0, epoch: 0, executed: new Set(), entries };
}
