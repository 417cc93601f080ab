import { randomBytes } from 'node:crypto';
import { AtOnce } from '../at-once.js';
import { roomHash } from '../names.js';
import type { Arrival, Gateway, LineClient } from '../port.js';
import { inSlices } from '../slices.js';
import { GatewayLine } from './gateway-line.js';
import { GatewayRoom } from './gateway-room.js';
import type { GatewayContext } from './gateway-context.js';
import type { MovedMessage, OwnerMessage, PassingMessage, ToldMessage } from './messages.js';

export interface GatewaysContext extends GatewayContext {
  /** Whether Redis is just back, and may not know yet again what it has lost. Default: it never is. */
  readonly isSettling?: (() => boolean) | undefined;
  /** The hash of the room in which a session is; undefined: there is none of that id. @throws ClusterError AWAY */
  readonly roomOf: (session: string) => Promise<string | undefined>;
  /** Where this node is. */
  readonly region?: string | undefined;
}

/** Rooms that go on with another owner at once: each reads its log, and sends again what was not served. */
const mostGoingOn = 12;
/** How long until it is asked again where a session is, when Redis does not say, in ms. */
const askAgainMs = 200;

/** The clients whose sockets end at this node, and rooms that may be anywhere. */
export class Gateways implements Gateway {
  readonly #context: GatewaysContext;
  readonly #rooms = new Map<string, GatewayRoom>();
  /** A turn of the event loop is as long as what is done for these. */
  readonly #goingOn = new AtOnce(mostGoingOn);
  #hasClosed = false;

  constructor(context: GatewaysContext) {
    this.#context = context;
  }

  /** Rooms that have lines here, or had some just now. */
  get rooms(): number {
    return this.#rooms.size;
  }

  get lines(): number {
    return [...this.#rooms.values()].reduce((sum, { lines }) => sum + lines, 0);
  }

  open(room: string, arrival: Arrival, client: LineClient): GatewayLine {
    const line = this.#newLine(room, arrival, client);
    line.joins(this.#room(roomHash(room)));
    return line;
  }

  attach(arrival: Arrival, received: number | undefined, client: LineClient): GatewayLine {
    const line = this.#newLine(undefined, arrival, client);
    line.do({ a: 'attach', ...(received !== undefined && { received }) });
    void this.#seek(line, arrival.session);
    return line;
  }

  receive(message: ToldMessage | PassingMessage | OwnerMessage | MovedMessage): void {
    const room = this.#rooms.get(message.r);
    if (room) room.receive(message);
    else if (message.t === 'out') this.#hasNobody(message);
  }

  deaf(node: string): void {
    for (const room of this.#rooms.values()) room.deaf(node);
  }

  up(): void {
    this.#each((room) => {
      room.up();
    });
  }

  tick(): void {
    this.#each((room) => {
      room.tick();
    });
  }

  close(): void {
    this.#hasClosed = true;
    for (const room of this.#rooms.values()) room.close();
    this.#rooms.clear();
  }

  #each(run: (room: GatewayRoom) => void): void {
    inSlices(this.#context.clock, this.#rooms.values(), run);
  }

  #newLine(room: string | undefined, arrival: Arrival, client: LineClient): GatewayLine {
    return new GatewayLine(newLineId(), room, { ...arrival, region: this.#context.region }, client);
  }

  /** What was told here has nobody any more who waits for it. */
  #hasNobody({ r, o, q, d, b }: ToldMessage): void {
    const { post, nodeId } = this.#context;
    const u = [...new Set([...Object.keys(d), ...Object.keys(b)])];
    post.send(o, { v: 1, r, t: 'w', g: nodeId, w: [q.epoch, q.seq], u });
  }

  async #seek(line: GatewayLine, session: string): Promise<void> {
    for (;;) {
      try {
        const hash = await this.#context.roomOf(session);
        if (line.isClosed || this.#hasClosed) {
          line.end();
          return;
        }
        if (hash !== undefined || this.#context.isSettling?.() !== true) {
          if (hash === undefined) line.client.unknown(line.end());
          else line.joins(this.#room(hash));
          return;
        }
      } catch {
        // Redis does not say.
      }
      await new Promise<void>((resolve) => this.#context.clock.later(askAgainMs, resolve));
    }
  }

  #room(hash: string): GatewayRoom {
    let room = this.#rooms.get(hash);
    if (!room) {
      room = new GatewayRoom(hash, this.#context, this.#goingOn, (unused) => {
        if (this.#rooms.get(hash) === unused) this.#rooms.delete(hash);
      });
      this.#rooms.set(hash, room);
    }
    return room;
  }
}

function newLineId(): string {
  return randomBytes(12).toString('base64url');
}
