import { MediaError } from '../errors.js';
import type { MediaRecord, Recorder, RecorderListener } from '../port.js';
import type { ElementPlace } from './element.js';
import { SpreadElement } from './element.js';
import { spreadRecordOf } from './records.js';

/** It is where its member is, so that the media of their publications needs no relay. */
export class SpreadRecorder extends SpreadElement implements Recorder {
  readonly isSink = true;
  /** For what its media server tells of it. */
  readonly events: RecorderListener;
  #recorder: Recorder | undefined;

  constructor(place: ElementPlace, listener: RecorderListener) {
    super(place, listener);
    this.events = {
      started: (agoMs) => {
        listener.started(agoMs);
      },
      failed: (failure, reason) => {
        listener.failed(failure, reason);
      },
      mediaLost: (failure) => {
        this.mediaLost(failure);
      },
    };
  }

  override begin(inner: Recorder): void {
    super.begin(inner);
    this.#recorder = inner;
  }

  override get inner(): Recorder {
    this.assertOpen();
    if (!this.#recorder) throw new MediaError('engine-error', 'It is not there yet');
    return this.#recorder;
  }

  get record(): MediaRecord {
    return spreadRecordOf(this.factsOf('spread-recorder'));
  }

  /** Always throws: a recorder gives no media. */
  get source(): never {
    throw new MediaError('engine-error', 'A recorder gives no media');
  }

  /** Always throws: a recorder is where the publications of its member are. */
  get relaySink(): never {
    throw new MediaError('engine-error', 'The recorder is on another media server');
  }

  async start(): Promise<void> {
    await this.inner.start();
  }

  async pause(): Promise<void> {
    await this.inner.pause();
  }

  async resume(): Promise<void> {
    await this.inner.resume();
  }

  async stop(): Promise<void> {
    await this.inner.stop();
  }

  connectedFrom(): void {
    // Its source is on the same media server.
  }

  protected leaveRelays(): void {
    // None brings it anything.
  }
}
