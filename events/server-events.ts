import type { Log } from '../log.js';
import type { Rooms } from '../rooms/index.js';
import type { Recording } from './recording.js';
import { RoomFacts } from './room-facts.js';
import { roomOf } from './server-event.js';
import type { EventOf, Fact, ServerEvent } from './server-event.js';

type EventType = ServerEvent['type'];

/** Called in a turn of its own. What it throws is logged. */
export type EventHandler<Type extends EventType> = (event: EventOf<Type>) => unknown;

/** For programs that embed the server. */
export interface EventEmitter {
  /** @returns a function that ends it */
  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): () => void;
  /** Does nothing for a handler that is not there. */
  off<Type extends EventType>(type: Type, handler: EventHandler<Type>): void;
}

/**
 * Is shown each event in the turn in which it happens, and takes what it needs of it. What it returns runs once the event holds. Must not
 * call back into the room.
 */
export type EventSink = (event: ServerEvent) => (() => void) | undefined;

export interface ServerEventsOptions {
  readonly rooms: Rooms;
  readonly log: Log;
  /** The time in ms since 1970. */
  readonly now: () => number;
  /** Of no other event: EV_… */
  readonly newId: () => string;
  /** Runs an effect once what was changed in the room in this turn is kept, or never. Default: at once. */
  readonly after?: ((room: string, effect: () => void) => void) | undefined;
}

/** What is told when a recording comes into a state. */
const recordingEvents = {
  starting: 'recordingStarted',
  recording: 'recordingUpdated',
  paused: 'recordingUpdated',
  stopping: 'recordingUpdated',
  ready: 'recordingEnded',
  failed: 'recordingEnded',
} as const satisfies Record<Recording['state'], ServerEvent['type']>;

/** The one stream of what happens. While nobody wants to know, it looks at nothing. */
export class ServerEvents implements EventEmitter {
  readonly #options: ServerEventsOptions;
  readonly #handlers = new Map<EventType, Set<(event: ServerEvent) => unknown>>();
  readonly #sinks = new Set<EventSink>();
  readonly #after: NonNullable<ServerEventsOptions['after']>;
  #unwatch: (() => void) | undefined;
  /** For the handlers, at the end of the turn. */
  #due: ServerEvent[] = [];
  #closed = false;

  constructor(options: ServerEventsOptions) {
    this.#options = options;
    this.#after =
      options.after ??
      ((_room, effect) => {
        effect();
      });
  }

  on<Type extends EventType>(type: Type, handler: EventHandler<Type>): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers.add(handler as (event: ServerEvent) => unknown));
    this.#watch();
    return () => {
      this.off(type, handler);
    };
  }

  off<Type extends EventType>(type: Type, handler: EventHandler<Type>): void {
    const handlers = this.#handlers.get(type);
    handlers?.delete(handler as (event: ServerEvent) => unknown);
    if (handlers?.size === 0) this.#handlers.delete(type);
    this.#watch();
  }

  /** @returns a function that ends it */
  addSink(sink: EventSink): () => void {
    this.#sinks.add(sink);
    this.#watch();
    return () => {
      this.#sinks.delete(sink);
      this.#watch();
    };
  }

  /** Called with a change of a recording that no room tells of, as when one is found whose server had died. */
  recordingChanged(recording: Recording): void {
    this.#tell({ type: recordingEvents[recording.state], recording });
  }

  /** Called when a media server is out of reach, or is back. @param url without user and password */
  mediaServerChanged(url: string, up: boolean): void {
    this.#tell({ type: up ? 'mediaServerUp' : 'mediaServerDown', url });
  }

  /** Tells what is due, and nothing after that. Does nothing the second time. */
  close(): void {
    this.#emit();
    this.#closed = true;
    this.#unwatch?.();
    this.#handlers.clear();
    this.#sinks.clear();
  }

  #watch(): void {
    const isWanted = !this.#closed && this.#handlers.size + this.#sinks.size > 0;
    if (isWanted === (this.#unwatch !== undefined)) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    if (!isWanted) return;
    const { rooms, now } = this.#options;
    this.#unwatch = rooms.watch(
      new RoomFacts((fact) => {
        this.#tell(fact);
      }, now),
    );
  }

  #tell(fact: Fact): void {
    if (this.#sinks.size === 0 && !this.#handlers.has(fact.type)) return;
    const { now, newId } = this.#options;
    const event: ServerEvent = { ...fact, id: newId(), at: now() };
    const effects = [...this.#sinks].flatMap((sink) => this.#show(sink, event) ?? []);
    const hold = (): void => {
      for (const effect of effects) effect();
      this.#emitSoon(event);
    };
    const room = roomOf(fact);
    if (room === undefined) hold();
    else this.#after(room, hold);
  }

  /** A defect there must not become one of the room, which is just telling everybody. */
  #show(sink: EventSink, event: ServerEvent): ReturnType<EventSink> {
    try {
      return sink(event);
    } catch (error) {
      this.#options.log.error('an event could not be taken', { event: event.type, error });
      return undefined;
    }
  }

  /** Not at once: handlers may call into the room, which is just telling everybody. */
  #emitSoon(event: ServerEvent): void {
    if (this.#closed || !this.#handlers.has(event.type)) return;
    this.#due.push(event);
    if (this.#due.length > 1) return;
    setImmediate(() => {
      this.#emit();
    });
  }

  #emit(): void {
    const due = this.#due;
    this.#due = [];
    for (const event of due) {
      for (const handler of [...(this.#handlers.get(event.type) ?? [])]) void this.#call(handler, event);
    }
  }

  async #call(handler: (event: ServerEvent) => unknown, event: ServerEvent): Promise<void> {
    try {
      await handler(event);
    } catch (error) {
      this.#options.log.error('a handler of an event failed', { event: event.type, error });
    }
  }
}
