import { setTimeout as pause } from 'node:timers/promises';
import type { Dialect } from '../dialects/dialect.js';
import type { Webhooks } from '../events/webhooks.js';
import type { ComeBack, RecordOf, Rooms } from '../rooms/index.js';
import type { Doors } from '../transport/doors.js';
import type { NodeRooms } from './node-rooms.js';
import { sendAway } from './send-away.js';
import type { Service } from './service.js';

export interface LeavingOptions {
  readonly rooms: Rooms;
  readonly dialects: readonly Dialect[];
  readonly doors: Doors;
  readonly node: NodeRooms | undefined;
  readonly webhooks: Webhooks;
}

/** How long requests may go on that clients have sent before the rooms are handed over, in ms. */
const handOverMs = 5_000;

/** How long it may take to give the rooms to other processes, in ms. What is left is taken over by them then. */
const giveMs = 10_000;

/** How a server leaves its rooms to other processes: the next one, or other nodes. */
export class Leaving {
  readonly #options: LeavingOptions;
  /** Of dialects whose clients can go on with another process. */
  readonly #handOvers: ReadonlyMap<string, NonNullable<Dialect['handOver']>>;

  constructor(options: LeavingOptions) {
    this.#options = options;
    this.#handOvers = new Map(options.dialects.flatMap(({ name, handOver }) => (handOver ? [[name, handOver]] : [])));
  }

  readonly recordOf: RecordOf = (participant, session) =>
    this.#handOvers.get(participant.attributes.dialect)?.recordOf(participant, session);

  /** Each participant to the client that its dialect has kept. */
  readonly comeBack: ComeBack = (participant, session) =>
    this.#handOvers.get(participant.attributes.dialect)?.comeBack(participant, session);

  /** Whether everybody in the room can go on with another process. */
  readonly canMove = (room: string): boolean =>
    [...(this.#options.rooms.find(room)?.everybody ?? [])].every(({ attributes }) =>
      this.#handOvers.has(attributes.dialect),
    );

  /** As `Service.drain`. */
  async drain(give: () => Promise<void>, ms: number): Promise<void> {
    const { rooms, doors, dialects } = this.#options;
    const end = performance.now() + ms;
    this.#leaveForGood();
    await rooms.endRecordings();
    await Promise.race([give(), pause(giveMs, undefined, { ref: false })]);
    doors.stop();
    await sendAway(dialects, end - performance.now());
  }

  /** As `Service.handOver`. */
  async handOver(save: Parameters<Service['handOver']>[0]): Promise<void> {
    const { rooms, doors, node, webhooks } = this.#options;
    doors.stop();
    const served = Promise.all([...this.#handOvers.values()].map((each) => each.suspend()));
    await Promise.race([served, pause(handOverMs, undefined, { ref: false })]);
    this.#leaveForGood();
    await rooms.endRecordings();
    await save(rooms.record(this.recordOf));
    rooms.letGo();
    if (node) webhooks.letGo();
  }

  /** Participants leave whose clients cannot go on with another process. */
  #leaveForGood(): void {
    for (const room of this.#options.rooms) {
      for (const participant of [...room.everybody]) {
        if (!this.#handOvers.has(participant.attributes.dialect)) participant.leave('stopped');
      }
    }
  }
}
