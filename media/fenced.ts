import { MediaError } from './errors.js';
import { FencedPipeline } from './fenced-pipeline.js';
import { released } from './fenced-thing.js';
import { HeldCalls } from './held-calls.js';
import type { CallRule } from './held-calls.js';
import type { MediaAbilities, MediaEngine, MediaRecord, Pipeline, PipelineListener } from './port.js';

/** The right of this node to act. */
export interface Fence extends CallRule {
  /** False while another node may have taken its rooms over. Once it is true again, `FencedEngine.up` is called. */
  readonly isUp: boolean;
  /** Calls `effect` once it is certain that this node owned the room after the call. Never, when another node owns it. */
  after(room: string, effect: () => void): void;
}

/**
 * An engine for rooms that another node may take over at any time. Nothing that another node could know of by its record is released
 * before it is certain that this one still owns the room. What nobody has a record of is released at once. Calls that come while this node
 * may not act wait until it knows whether it still owns the room.
 */
export class FencedEngine implements MediaEngine {
  readonly #engine: MediaEngine;
  readonly #fence: Fence;
  /** Those that have pipelines. */
  readonly #rooms = new Map<string, FencedRoom>();

  constructor(engine: MediaEngine, fence: Fence) {
    this.#engine = engine;
    this.#fence = fence;
  }

  get abilities(): MediaAbilities | undefined {
    return this.#engine.abilities;
  }

  get hasCapacity(): boolean {
    return this.#engine.hasCapacity !== false;
  }

  async openPipeline(listener: PipelineListener, name: string): Promise<Pipeline> {
    const room = this.#roomOf(name);
    const pipeline = new FencedPipeline(room);
    room.add(pipeline);
    try {
      pipeline.begin(await room.make(async () => this.#engine.openPipeline(pipeline.heard(listener), name)));
      room.assertOwned();
      return pipeline;
    } catch (error) {
      pipeline.release();
      throw error;
    }
  }

  adopt(record: MediaRecord, listener: PipelineListener, name: string): Pipeline {
    const room = this.#roomOf(name);
    const pipeline = new FencedPipeline(room);
    room.add(pipeline);
    pipeline.begin(this.#engine.adopt(record, pipeline.heard(listener), name), true);
    return pipeline;
  }

  /** This node may act again, and has stepped down from the rooms that it has lost meanwhile. */
  up(): void {
    for (const room of this.#rooms.values()) room.up();
  }

  /** Another node owns the room. What nobody has a record of is released, and all else let go. */
  stepDown(name: string): void {
    const room = this.#rooms.get(name);
    this.#rooms.delete(name);
    room?.stepDown();
  }

  /** The same for all rooms: this node ends. */
  stepDownAll(): void {
    for (const name of [...this.#rooms.keys()]) this.stepDown(name);
  }

  /**
   * Nobody goes on with the room: all that it has is released.
   * @param record of its pipeline, if that was not adopted
   */
  discard(name: string, record: MediaRecord | undefined): void {
    const pipelines = [...(this.#rooms.get(name)?.pipelines ?? [])];
    for (const pipeline of pipelines) pipeline.release();
    if (pipelines.length === 0 && record !== undefined) this.adopt(record, nobody, name).release();
  }

  #roomOf(name: string): FencedRoom {
    const present = this.#rooms.get(name);
    if (present) return present;
    const room: FencedRoom = new FencedRoom(name, this.#fence, () => {
      if (this.#rooms.get(name) === room) this.#rooms.delete(name);
    });
    this.#rooms.set(name, room);
    return room;
  }
}

const nobody: PipelineListener = { failed: () => undefined, mediaLost: () => undefined };

/** A room as long as this node owns it and has something of it on a media server. */
export class FencedRoom {
  readonly pipelines = new Set<FencedPipeline>();
  readonly #name: string;
  readonly #fence: Fence;
  readonly #calls: HeldCalls;
  readonly #emptied: () => void;
  #isOver = false;

  /** @param emptied called when it has nothing on a media server any more */
  constructor(name: string, fence: Fence, emptied: () => void) {
    this.#name = name;
    this.#fence = fence;
    this.#calls = new HeldCalls(fence);
    this.#emptied = emptied;
  }

  add(pipeline: FencedPipeline): void {
    this.pipelines.add(pipeline);
  }

  remove(pipeline: FencedPipeline): void {
    this.pipelines.delete(pipeline);
    if (this.pipelines.size > 0) return;
    this.#calls.refuse(released());
    this.#emptied();
  }

  after(effect: () => void): void {
    if (!this.#isOver) this.#fence.after(this.#name, effect);
  }

  stepDown(): void {
    this.#isOver = true;
    this.#calls.refuse(elsewhere());
    for (const pipeline of this.pipelines) pipeline.stepDown();
  }

  /** Makes a call once this node may act, after those before. @throws MediaError `unavailable` when it may not, or the room was lost */
  make<T>(call: () => Promise<T>): Promise<T> {
    return this.#calls.make(call);
  }

  up(): void {
    this.#calls.goOn();
  }

  /** @throws MediaError `unavailable` */
  assertOwned(): void {
    if (this.#isOver) throw elsewhere();
  }
}

function elsewhere(): MediaError {
  return new MediaError('unavailable', 'The room is on another node now');
}
