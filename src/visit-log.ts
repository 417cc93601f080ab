import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.js';
import type { Participant, Room, RoomEvent, RoomsWatcher } from '../rooms/index.js';
import type { VisitorLog } from '../transport/door-figures.js';
import { callerOf } from '../transport/gate/caller.js';
import { pathOf } from '../transport/request-path.js';

export interface VisitLogOptions {
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Whether each request is a line. */
  readonly requestLog: boolean;
  /** Whether names are hashed: then the names in paths are left out. */
  readonly hashesNames: boolean;
}

/** Parts of a path that hold no names: `/api/v1/rooms`. */
const namelessParts = 3;

/** One line each when a client comes, joins a room, leaves it, and goes; and, where that is wanted, one for each request. */
export class VisitLog implements VisitorLog, RoomsWatcher {
  readonly #options: VisitLogOptions;

  constructor(options: VisitLogOptions) {
    this.#options = options;
  }

  came(door: string, address: string): void {
    this.#options.log.info('a client has come', { door, address });
  }

  went(door: string, address: string, ms: number, reason: string): void {
    this.#options.log.info('a client has gone', { door, address, seconds: secondsOf(ms), reason });
  }

  /** A request of a protocol. @param error the code that it was answered with; undefined when it was served */
  answered(door: string, request: string, ms: number, error: string | undefined): void {
    if (this.#options.requestLog) this.#options.log.info('a request', { door, request, ms: Math.round(ms), error });
  }

  /** Logs an HTTP request once it is answered. */
  readonly watchRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { requestLog, hashesNames, log, now } = this.#options;
    if (!requestLog) return;
    const began = now();
    const { method } = request;
    response.once('close', () => {
      // The query may hold secrets.
      const parts = pathOf(request).split('/');
      const path = hashesNames ? parts.slice(0, namelessParts + 1).join('/') : parts.join('/');
      const { address } = callerOf(request);
      log.info('a request', {
        door: 'http',
        request: `${method} ${path}`,
        ms: now() - began,
        status: response.statusCode,
        address,
      });
    });
  };

  roomOpened(): void {
    // Its first participant joins right after that.
  }

  restored(): void {
    // Nobody has come.
  }

  happened(room: Room, event: RoomEvent): void {
    if (event.type === 'participantJoined') this.#options.log.info('joined', fieldsOf(room, event.participant));
    else if (event.type === 'participantLeft') this.#left(room, event.participant, event.reason);
    else if (event.type === 'roomClosed')
      for (const { participant } of event.members) this.#left(room, participant, 'room-closed');
  }

  #left(room: Room, participant: Participant, reason: string): void {
    const { log, now } = this.#options;
    log.info('left', { ...fieldsOf(room, participant), seconds: secondsOf(now() - participant.joinedAt), reason });
  }
}

function fieldsOf({ name: room }: Room, { id: participant, attributes, bearer, sid }: Participant): object {
  return { door: attributes.dialect, address: bearer.address, room, participant, sid };
}

function secondsOf(ms: number): number {
  return Math.round(ms / 100) / 10;
}
