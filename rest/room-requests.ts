import type { Request, Response } from 'express';
import { RoomError, roomKey } from '../rooms/index.js';
import type { Rooms } from '../rooms/index.js';
import { unreachable } from './other-nodes.js';
import type { OtherNodes } from './other-nodes.js';
import { headersToPass, readAnswer, requestText } from './passed-request.js';
import type { PassedRequests } from './passed-request.js';

/** Resolves when what has changed in a room in this turn is kept where rooms are kept besides. @throws RoomError when it is lost */
export type Kept = (room: string) => Promise<void>;

/** A request about a room, whose client may make it. */
export interface RoomRequest {
  readonly request: Request;
  readonly response: Response;
  /** Path and query, without PATH_PREFIX. */
  readonly url: string;
  /** The name of the room, as the client has it. */
  readonly room: string;
  /** Empty: there is none. */
  readonly body: Uint8Array;
  /** Whether it changes something. */
  readonly changes: boolean;
}

export interface RoomRequestsContext {
  readonly rooms: Pick<Rooms, 'find'>;
  /** Undefined: rooms are nowhere else. */
  readonly kept: Kept | undefined;
  /** Undefined: this server is alone. */
  readonly others: Pick<OtherNodes, 'ask' | 'isUp'> | undefined;
  /** Those that other nodes have passed on. */
  readonly passed: Pick<PassedRequests, 'addressOf'>;
  /** Of the client, for counting. */
  readonly addressOf: (request: Request) => string;
}

/** Answers requests about rooms: each where its room is, and a change when it cannot be lost any more. */
export class RoomRequests {
  readonly #context: RoomRequestsContext;

  constructor(context: RoomRequestsContext) {
    this.#context = context;
  }

  /**
   * A room that nobody owns is here.
   * @param here does what is asked at this node, and returns what sends the answer
   * @throws Problem `room-unreachable`, and as `here`
   */
  async answer(asked: RoomRequest, here: () => Promise<() => unknown>): Promise<void> {
    const { rooms, others, passed } = this.#context;
    // The other node has found the room here. So a request goes from one node to another at most.
    const isPassed = passed.addressOf(asked.request) !== undefined;
    if (others && !others.isUp) throw unreachable('This server waits for Redis');
    if (!others || isPassed || rooms.find(asked.room)) {
      await this.#finish(asked, await here());
      return;
    }
    if (await this.#pass(others, asked)) return;
    let send: () => unknown;
    try {
      send = await here();
    } catch (error) {
      // Meanwhile another node has opened the room that this one was to open.
      const isTaken = error instanceof RoomError && error.code === 'interrupted';
      if (isTaken && (await this.#pass(others, asked))) return;
      throw error;
    }
    await this.#finish(asked, send);
  }

  async #finish({ room, changes }: RoomRequest, send: () => unknown): Promise<void> {
    const { kept } = this.#context;
    if (kept && changes) {
      await kept(room).catch((error: unknown) => {
        throw error instanceof RoomError ? unreachable(error.message) : error;
      });
    }
    await send();
  }

  /** @returns whether another node has answered */
  async #pass(others: Pick<OtherNodes, 'ask'>, asked: RoomRequest): Promise<boolean> {
    const { request, response, url, room, body } = asked;
    const { method } = request;
    const headers = headersToPass(request);
    const address = this.#context.addressOf(request);
    const text = await others.ask(
      roomKey(room),
      requestText({ method, url, headers, body: Buffer.from(body), address }),
    );
    if (text === undefined) return false;
    const answer = readAnswer(text);
    // Express would add to the headers.
    response.writeHead(answer.status, answer.headers).end(answer.body);
    return true;
  }
}
