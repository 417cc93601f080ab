import type { Clock } from '../clock.js';
import type { RoomJournal } from '../journal.js';
import { pair } from '../position.js';
import type { WireFrame } from '../port.js';
import type { Sent } from './messages.js';
import type { OwnerGateways } from './owner-gateways.js';
import type { Member, OwnerMembers } from './owner-members.js';
import type { JournaledRoom, OwnerContext } from './owner-room.js';

/** What one session is told past the log. */
interface Passing {
  readonly frame: WireFrame;
  /** Grows, so that nobody is told it twice, nor what is older. */
  readonly number: number;
  /** When it was sent first; undefined before. */
  sentAt: number | undefined;
}

/** So long after it was sent what may be lost is sent once more, in ms. */
const againMs = 1_000;

/**
 * What sessions of a room are told that is worth nothing a moment later: it is in no log, and costs no commit. A gateway writes it after all
 * that the room has told before. The last of it is sent twice, since nobody acknowledges it.
 */
export class OwnerPassing {
  readonly #context: Pick<OwnerContext, 'nodeId' | 'post' | 'textOf'> & { readonly clock: Pick<Clock, 'now'> };
  readonly #room: JournaledRoom;
  readonly #members: OwnerMembers;
  readonly #gateways: OwnerGateways;
  /** By slot: the newest. */
  readonly #due = new Map<number, Passing>();
  /** Those that were sent once. */
  readonly #sent = new Map<number, Passing>();
  /** Nodes that messages may still wait for. */
  readonly #posted = new Set<string>();
  #number = 0;
  #last: WireFrame | undefined;
  #isScheduled = false;

  constructor(
    context: Pick<OwnerContext, 'nodeId' | 'clock' | 'post' | 'textOf'>,
    room: JournaledRoom,
    members: OwnerMembers,
    gateways: OwnerGateways,
  ) {
    this.#context = context;
    this.#room = room;
    this.#members = members;
    this.#gateways = gateways;
  }

  /** Those that are told the same have the same object, one after the other. */
  tell({ slot }: Member, frame: WireFrame): void {
    if (frame !== this.#last) this.#number += 1;
    this.#last = frame;
    this.#due.set(slot, { frame, number: this.#number, sentAt: undefined });
    this.#schedule();
  }

  /** Called each second. */
  tick(): void {
    const now = this.#context.clock.now();
    for (const [slot, passing] of this.#sent) {
      if (now - (passing.sentAt ?? now) < againMs) continue;
      this.#sent.delete(slot);
      if (!this.#due.has(slot)) this.#due.set(slot, passing);
    }
    if (this.#due.size > 0) this.#schedule();
  }

  /** A commit is being gathered, and what the gateways are sent of it is known. What comes before it in the room waits for it. */
  gathering(): void {
    // Nobody is told anything after the commit that ends their session.
    for (const gateway of this.#posted) this.#context.post.sendNow(gateway);
    this.#posted.clear();
    this.#send((gateway, message) => {
      this.#journal.send(gateway, JSON.stringify([message]));
    });
  }

  get #journal(): RoomJournal {
    return this.#room.journal;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      // Otherwise the room has told something that is to come first.
      if (this.#journal.hasEnded || !this.#journal.isQuiet) return;
      this.#send((gateway, message) => {
        this.#posted.add(gateway);
        this.#context.post.send(gateway, message);
      });
    });
  }

  #send(send: (gateway: string, message: Sent) => void): void {
    if (this.#due.size === 0) return;
    const due = [...this.#due];
    this.#due.clear();
    for (const [gateway, slots] of this.#byGateway(due)) {
      const after = this.#gateways.hasUpTo(gateway);
      if (!after) continue;
      const f = slots.map(([told, { number, frame }]) => {
        return [told.join(','), number, this.#context.textOf(frame)] as [string, number, string];
      });
      const { ownership } = this.#journal;
      const base = { v: 1 as const, r: this.#room.hash, t: 'pass' as const, o: this.#context.nodeId };
      send(gateway, { ...base, e: ownership.epoch, p: pair(after), f });
    }
  }

  /** Of those that have a connection: what is sent to each gateway, and to which slots. */
  #byGateway(due: readonly (readonly [number, Passing])[]): Map<string, [number[], Passing][]> {
    const now = this.#context.clock.now();
    const byGateway = new Map<string, [number[], Passing][]>();
    for (const [slot, passing] of due) {
      const { line, session } = this.#members.at(slot) ?? {};
      // One that is over was told so, and nothing follows.
      if (!line || session?.isOver !== false) continue;
      const { gateway } = line;
      if (passing.sentAt === undefined) this.#sent.set(slot, { ...passing, sentAt: now });
      const all = byGateway.get(gateway) ?? [];
      const same = all.find(([, { number }]) => number === passing.number);
      if (same) same[0].push(slot);
      else all.push([[slot], passing]);
      byGateway.set(gateway, all);
    }
    return byGateway;
  }
}
