import type { Log } from '../log.js';
import { mostPieces } from './ask-messages.js';
import type { AnswerMessage, AskMessage } from './ask-messages.js';
import type { Clock } from './clock.js';
import { ClusterError } from './cluster-error.js';
import type { Directory } from './directory.js';
import { roomHash } from './names.js';
import type { Names } from './names.js';
import type { Hub } from './redis.js';

export interface AsksContext {
  readonly hub: Pick<Hub, 'call'>;
  readonly names: Names;
  readonly nodeId: string;
  readonly directory: Pick<Directory, 'findHash' | 'moved' | 'deaf'>;
  readonly clock: Pick<Clock, 'now' | 'later'>;
  readonly log: Log;
  readonly isUp: () => boolean;
  /** In ms, the same at all nodes. */
  readonly redisTime: () => number;
  /** As `OwnedRooms.owns`. */
  readonly owns: (room: string) => Promise<boolean>;
  /** Answers what another node asks about a room of this one. */
  readonly answer: (text: string) => Promise<string>;
}

/** How long somebody waits for an answer, in ms. */
const patienceMs = 2_000;
/** That this node asks, and as many that it answers. */
const mostUnderWay = 1_000;
/** Nodes that are asked, one after the other, where each says that it is another one. */
const mostNodes = 3;
/** Characters of a message. Redis drops a reader for which it keeps too many of them. */
const pieceLength = 250_000;
/** Characters of all answers that have come in part. */
const mostHeld = 64_000_000;

type Outcome =
  | { readonly type: 'answered'; readonly text: string }
  /** It was not done there, since nobody heard it, or another node owns the room. */
  | { readonly type: 'deaf' | 'moved' }
  /** Nobody knows whether it was done. */
  | { readonly type: 'lost'; readonly why: string };

interface Waiting {
  readonly node: string;
  readonly pieces: Map<number, string>;
  readonly settle: (outcome: Outcome) => void;
}

/** What this node asks the owners of rooms, and what it answers as one. */
export class Asks {
  readonly #context: AsksContext;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;
  #held = 0;
  #answering = 0;

  constructor(context: AsksContext) {
    this.#context = context;
  }

  /**
   * Asks the owner of a room. Undefined: nobody owns it, or this node does.
   * @throws ClusterError UNREACHABLE when there is no answer in time, AWAY when Redis does not say who the owner is
   */
  async ask(room: string, text: string): Promise<string | undefined> {
    const { directory, nodeId, isUp, owns, redisTime } = this.#context;
    if (!isUp()) throw unreachable('this node waits for Redis');
    const hash = roomHash(room);
    const until = redisTime() + patienceMs;
    let former: string | undefined;
    for (let count = 0; count < mostNodes; count += 1) {
      const owner = await directory.findHash(hash);
      if (!owner) return undefined;
      if (owner.node === nodeId) {
        if (await owns(room)) return undefined;
        continue;
      }
      if (owner.node === former) throw unreachable('nobody hears at the node that owns the room');
      const outcome = await this.#askNode(owner.node, { hash, room, text, until });
      if (outcome.type === 'answered') return outcome.text;
      if (outcome.type === 'lost') throw unreachable(outcome.why);
      if (outcome.type === 'deaf') {
        former = owner.node;
        void directory.deaf(owner.node);
      } else directory.moved(hash, undefined);
    }
    throw unreachable('the room moves from node to node');
  }

  receive(message: AskMessage | AnswerMessage): void {
    if (message.t === 'answer') this.#answered(message);
    else void this.#serve(message);
  }

  /** A node is dead: it answers nothing any more. */
  died(node: string): void {
    for (const { node: asked, settle } of [...this.#waiting.values()]) {
      if (asked === node) settle({ type: 'lost', why: 'the node has died that owned the room' });
    }
  }

  close(): void {
    for (const { settle } of [...this.#waiting.values()]) settle({ type: 'lost', why: 'this node stops' });
  }

  async #askNode(node: string, { hash, room, text, until }: Question): Promise<Outcome> {
    const { clock, nodeId, redisTime } = this.#context;
    if (this.#waiting.size >= mostUnderWay) return { type: 'lost', why: 'too many questions are under way' };
    const id = String((this.#count += 1));
    return new Promise<Outcome>((resolve) => {
      const settle = (outcome: Outcome): void => {
        stop();
        const pieces = this.#waiting.get(id)?.pieces ?? [];
        for (const [, piece] of pieces) this.#held -= piece.length;
        this.#waiting.delete(id);
        resolve(outcome);
      };
      const stop = clock.later(Math.max(0, until - redisTime()), () => {
        settle({ type: 'lost', why: 'the node that owns the room does not answer' });
      });
      this.#waiting.set(id, { node, pieces: new Map(), settle });
      const message: AskMessage = { v: 1, t: 'ask', r: hash, i: id, g: nodeId, room, u: until, b: text };
      this.#publish(node, message).then(
        (isHeard) => {
          if (!isHeard) settle({ type: 'deaf' });
        },
        () => {
          settle({ type: 'lost', why: 'Redis does not answer' });
        },
      );
    });
  }

  #answered({ i: id, a: answer }: AnswerMessage): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const { pieces, settle } = waiting;
    if (answer.s === 'moved') settle({ type: 'moved' });
    else if (answer.s === 'refused') settle({ type: 'lost', why: answer.why });
    else if (!pieces.has(answer.k)) {
      pieces.set(answer.k, answer.b);
      this.#held += answer.b.length;
      const all = Array.from({ length: answer.n }, (_, index) => pieces.get(index));
      if (this.#held > mostHeld) settle({ type: 'lost', why: 'too many large answers are under way' });
      else if (all.every((piece) => piece !== undefined)) settle({ type: 'answered', text: all.join('') });
    }
  }

  async #serve(message: AskMessage): Promise<void> {
    // A node that was stopped finds questions of long ago.
    if (this.#context.redisTime() > message.u) return;
    const { r, i, g: node } = message;
    for (const a of await this.#answersTo(message)) {
      // One that does not get there is missed by the other node, which waits until its time is over.
      await this.#publish(node, { v: 1, t: 'answer', r, i, a }).catch(() => false);
    }
  }

  /** Never rejects. */
  async #answersTo({ r: hash, room, b: text }: AskMessage): Promise<AnswerMessage['a'][]> {
    const { isUp, owns, answer, log } = this.#context;
    if (!isUp()) return [refused('the node that owns the room waits for Redis')];
    if (this.#answering >= mostUnderWay) return [refused('the node that owns the room is too busy')];
    this.#answering += 1;
    try {
      if (roomHash(room) !== hash || !(await owns(room))) return [{ s: 'moved' }];
      const given = await answer(text);
      const n = Math.max(1, Math.ceil(given.length / pieceLength));
      if (n > mostPieces) return [refused('the answer is too long for another node')];
      return Array.from({ length: n }, (_, k) => {
        return { s: 'piece', k, n, b: given.slice(k * pieceLength, (k + 1) * pieceLength) };
      });
    } catch (error) {
      log.warn('What another node has asked could not be answered', { room, error: String(error) });
      return [refused('the node that owns the room failed')];
    } finally {
      this.#answering -= 1;
    }
  }

  /** @returns whether somebody hears it. @throws ClusterError AWAY: perhaps */
  async #publish(node: string, message: AskMessage | AnswerMessage): Promise<boolean> {
    const { hub, names } = this.#context;
    return (await hub.call('PUBLISH', names.channelOf(node), JSON.stringify([message]))) !== 0;
  }
}

interface Question {
  readonly hash: string;
  readonly room: string;
  readonly text: string;
  readonly until: number;
}

function refused(why: string): AnswerMessage['a'] {
  return { s: 'refused', why };
}

function unreachable(why: string): ClusterError {
  return new ClusterError('UNREACHABLE', why);
}
