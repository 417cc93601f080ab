import type { Log } from '../log.js';
import { refusalsOfFields, roomOfFields } from '../rooms/index.js';
import type { Clock } from './clock.js';
import type { JournaledRooms } from './journaled-rooms.js';
import { JournaledRoom } from './owned-room.js';
import type { OwnedRoom } from './owned-room.js';
import type { OwnedRoomsParts } from './owned-rooms-parts.js';
import { noRelay } from './room-relay.js';
import type { TakenRoom } from './take-over.js';

/** How long a room that was claimed stays when nobody opens it, in ms. */
const unopenedMs = 2_000;
/** How long what lists say of a room that was taken over may wait, in ms: the former owner has said as much. */
const listedWithinMs = 1_000;

/** Puts a room into memory that this node owns from now on, with its journal, as Redis has it. */
export class Restoring {
  readonly #owned: JournaledRooms;
  readonly #clock: Pick<Clock, 'later'>;
  readonly #log: Log;

  constructor(owned: JournaledRooms, clock: Pick<Clock, 'later'>, log: Log) {
    this.#owned = owned;
    this.#clock = clock;
    this.#log = log;
  }

  /** In one turn. What was claimed in two ways at once is there once. */
  take(parts: OwnedRoomsParts, room: Omit<TakenRoom, 'from'>): OwnedRoom {
    const { name, state } = room;
    const present = this.#owned.get(name);
    if (present && !present.journal.hasEnded) {
      // It was claimed in two ways at once.
      if (present.journal.ownership.epoch >= room.epoch) return present;
      present.journal.end();
    }
    // Another node owned it in between.
    if (present) this.#owned.stepDown(parts, present);
    const { relay = noRelay, media, rooms } = parts;
    const journal = parts.node.journals.begin(room, relay.sessionsIn(state), {
      gathering: (from) => {
        relay.gathering(owned, from);
      },
      trimming: (frames) => {
        relay.trimming(owned, frames);
      },
      logLost: (at) => {
        relay.logLost(owned, at);
      },
      fenced: (error) => {
        parts.node.counts.fenced += 1;
        this.#log.warn('A room belongs to another node now', { room: name, error: error.message });
        this.#owned.stepDown(parts, owned);
      },
      deaf: (node) => {
        void parts.node.directory.deaf(node);
        relay.deaf(node);
      },
    });
    const owned: JournaledRoom = new JournaledRoom(room, journal, state, (pipeline) => media.serversOf(pipeline));
    this.#owned.add(owned);
    relay.begun(owned, state);
    rooms.restoreRefusals(name, refusalsOfFields(state));
    parts.keptOf?.(name, state);
    if (state.has('room')) this.#restore(parts, owned, state);
    if (!rooms.find(name)) {
      owned.closed();
      owned.stopWaiting = this.#clock.later(unopenedMs, () => {
        if (!rooms.find(name)) this.#owned.closeSoon(owned);
      });
    }
    return owned;
  }

  #restore(parts: OwnedRoomsParts, owned: JournaledRoom, state: State): void {
    const { rooms, comeBack, media, relay = noRelay } = parts;
    try {
      rooms.restoreRoom(roomOfFields(state), comeBack);
      relay.restored(owned);
      summarize(parts, owned, listedWithinMs);
    } catch (error) {
      this.#log.error('A room of another node has ended: it cannot be read', { room: owned.name, error });
      rooms.letGo(owned.name);
      media.discard(owned.name, pipelineIn(state));
    }
  }
}

/** What lists say of the room has changed. @param withinMs as `RoomJournal.summarize` */
export function summarize(
  { rooms, summaryOf }: Pick<OwnedRoomsParts, 'rooms' | 'summaryOf'>,
  { name, journal }: JournaledRoom,
  withinMs?: number,
): void {
  journal.summarize(() => {
    const room = rooms.find(name);
    return room && summaryOf(room);
  }, withinMs);
}

type State = TakenRoom['state'];

/** The record of the pipeline, of a room whose other fields cannot be read. */
function pipelineIn(state: State): string | undefined {
  try {
    const room: unknown = JSON.parse(state.get('room') ?? 'null');
    const pipeline: unknown = typeof room === 'object' && room !== null && Reflect.get(room, 'pipeline');
    return typeof pipeline === 'string' ? pipeline : undefined;
  } catch {
    return undefined;
  }
}
