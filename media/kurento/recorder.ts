import type { Log } from '../../log.js';
import { MediaError } from '../errors.js';
import { recordOf } from '../media-record.js';
import { notify } from '../notify.js';
import type { MediaKind, MediaRecord, Recorder, RecorderListener } from '../port.js';
import { KurentoElement } from './element.js';
import { errorEvent, recordingEvent } from './messages.js';
import type { RemoteObject } from './remote-object.js';

export const recorderType = 'RecorderEndpoint';

/** Marks a recorder of ours: a pipeline may hold those of other programs. */
export const recorderTag = 'atrium.recorder';

/** In ms: a media server writes what it holds, and the index, before it answers. */
const stoppingMs = 10_000;

/** In ms. */
const longestWaitMs = 1000;

type FailureReason = Parameters<RecorderListener['failed']>[1];

/** A RecorderEndpoint (docs/protocols/kurento-media.md#8-other-elements). */
export class KurentoRecorder extends KurentoElement implements Recorder {
  readonly #listener: RecorderListener;
  #start: Promise<void> | undefined;
  #stop: Promise<void> | undefined;
  /** When it was asked to record, in ms since 1970. */
  #askedAt = 0;
  #hasFrames = false;
  #hasFailed = false;

  constructor(remote: RemoteObject, listener: RecorderListener, log: Log, ended: () => void) {
    super(remote, listener, log, ended);
    this.#listener = listener;
  }

  override get record(): MediaRecord {
    return recordOf({ is: 'recorder', id: this.id });
  }

  /** Does what must be done on the media server before it can be used. */
  async prepare(): Promise<void> {
    await Promise.all([
      this.invoke('addTag', { key: recorderTag, value: '' }),
      this.remote.subscribe('Recording', recordingEvent, ({ timestampMillis }) => {
        this.#recording(timestampMillis);
      }),
      this.remote.subscribe('Error', errorEvent, ({ description, errorCode, type }) => {
        const failure = new MediaError('engine-error', `${description} (${errorCode} ${type})`);
        this.#failed(failure, reasonOf(type, errorCode));
      }),
    ]);
  }

  start(): Promise<void> {
    if (this.#start) return Promise.reject(new MediaError('engine-error', 'A recorder records once'));
    this.#askedAt = Date.now();
    this.#start = this.#ask('record');
    return this.#start;
  }

  async pause(): Promise<void> {
    await this.#ask('pause');
  }

  async resume(): Promise<void> {
    await this.#ask('record');
  }

  stop(): Promise<void> {
    this.#stop ??= this.#start ? this.#ask('stopAndWait', stoppingMs) : Promise.resolve();
    return this.#stop;
  }

  async #ask(operation: string, timeoutMs?: number): Promise<void> {
    this.assertOpen();
    await this.invoke(operation, {}, timeoutMs);
  }

  /**
   * It begins with media, not with the answer to `record`, and once more after each pause. The media server says when that was, by its own
   * clock. A time that cannot be right tells of a clock that is wrong: the event counts as new then. Media that has waited for a busy media
   * server may be older than the question.
   */
  #recording(timestampMillis: number | undefined): void {
    if (this.ended || this.#hasFrames || this.#hasFailed) return;
    this.#hasFrames = true;
    const now = Date.now();
    const ago = now - (timestampMillis ?? now);
    notify(this.log, () => {
      this.#listener.started(ago >= 0 && ago <= now - this.#askedAt + longestWaitMs ? ago : 0);
    });
  }

  /** A media server tells most failures twice. */
  #failed(failure: MediaError, reason: FailureReason): void {
    if (this.ended || this.#hasFailed) return;
    this.#hasFailed = true;
    notify(this.log, () => {
      this.#listener.failed(failure, reason);
    });
  }
}

/** What a media server can write of these kinds without waiting for others. */
export function profileOf(kinds: readonly MediaKind[]): string {
  if (!kinds.includes('video')) return 'WEBM_AUDIO_ONLY';
  return kinds.includes('audio') ? 'WEBM' : 'WEBM_VIDEO_ONLY';
}

/** Types and codes are those of GStreamer's resource errors (docs/protocols/kurento-media.md#8-other-elements). */
function reasonOf(type: string, code: number): FailureReason {
  if (type === 'INVALID_URI') return 'unwritable';
  if (!type.startsWith('RESOURCE_ERROR')) return 'engine-error';
  if (type === 'RESOURCE_ERROR_NO_SPACE_LEFT' || code === 14) return 'no-space';
  const isOpening = /_(NOT_FOUND|OPEN_WRITE|OPEN_READ_WRITE|NOT_AUTHORIZED)$/.test(type);
  return isOpening || [3, 6, 7, 15].includes(code) ? 'unwritable' : 'engine-error';
}
