import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.js';
import type { Participant, Room, RoomEvent, RoomsWatcher } from '../rooms/index.js';
import type { VisitorLog } from '../transport/door-figures.js';
import { callerOf } from '../transport/gate/caller.js';
import { pathOf } from '../transport/request-path.js';
import { loggedPath } from './logged-path.js';

export interface VisitLogOptions {
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Whether each request is a line. */
  readonly requestLog: boolean;
  /** Whether names are hashed: then the names in paths are left out. */
  readonly hashesNames: boolean;
  /** `ClientFacts.session`; undefined for protocols without sessions. */
  readonly sessionOf: (participant: Participant) => string | undefined;
}

/** One line each when a client comes, joins a room, leaves it, and goes; and, where that is wanted, one for each request. */
export class VisitLog implements VisitorLog, RoomsWatcher {
  readonly #options: VisitLogOptions;
  /** As they were when their participants came: a session may end before its participant leaves. */
  readonly #sessions = new WeakMap<Participant, string>();

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
      const path = loggedPath(pathOf(request), hashesNames);
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

  restored(room: Room): void {
    // Nobody has come.
    for (const participant of room.everybody) this.#note(participant);
  }

  happened(room: Room, event: RoomEvent): void {
    if (event.type === 'participantJoined') this.#joined(room, event.participant);
    else if (event.type === 'participantLeft') this.#left(room, event.participant, event.reason);
    else if (event.type === 'roomClosed')
      for (const { participant } of event.members) this.#left(room, participant, 'room-closed');
  }

  #joined(room: Room, participant: Participant): void {
    this.#note(participant);
    if (this.#isWritten) this.#options.log.info('joined', this.#fieldsOf(room, participant));
  }

  /** To know a session, and to name a participant, costs more than the rest of a join. */
  get #isWritten(): boolean {
    return this.#options.log.writes?.('info') ?? true;
  }

  #note(participant: Participant): void {
    if (!this.#isWritten) return;
    const session = this.#options.sessionOf(participant);
    if (session !== undefined) this.#sessions.set(participant, session);
  }

  #left(room: Room, participant: Participant, reason: string): void {
    const { log, now } = this.#options;
    if (!this.#isWritten) return;
    log.info('left', {
      ...this.#fieldsOf(room, participant),
      seconds: secondsOf(now() - participant.joinedAt),
      reason,
    });
  }

  #fieldsOf({ name: room }: Room, participant: Participant): object {
    const { id, attributes, bearer, sid } = participant;
    const who = { door: attributes.dialect, address: bearer.address, room, participant: id, sid };
    return { ...who, session: this.#sessions.get(participant) ?? this.#options.sessionOf(participant) };
  }
}

function secondsOf(ms: number): number {
  return Math.round(ms / 100) / 10;
}
