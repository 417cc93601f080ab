import { Emitter } from './emitter.js';
import { givenLike, givenNumber, givenObject } from './given.js';
import { LevelMeter } from './level-meter.js';
import type { Room } from './room.js';

/** What counts as speaking. */
export interface MutedSpeechOptions {
  /** What is louder, in dB, is speech. Default: -50. */
  readonly thresholdDb?: number | undefined;
}

/** What `MutedSpeech` tells. */
export interface MutedSpeechEvents {
  /** We speak, and nobody hears us. Once a minute at most. */
  speakingWhileMuted: [];
}

const lookMs = 200;
/** So many looks more must have found speech than silence. */
const leastLooks = 4;
const pauseMs = 60_000;

/**
 * Tells when we speak although we have muted our microphone. It listens to a copy of the muted track, which is sent nowhere. A microphone
 * that is turned off, and not just muted, is not listened to.
 */
export class MutedSpeech extends Emitter<MutedSpeechEvents> {
  readonly #room: Room;
  readonly #thresholdDb: number;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #deaf: () => void;
  /** The muted track, and its copy; without a meter where it cannot be measured. */
  #heard:
    | { readonly track: MediaStreamTrack; readonly copy: MediaStreamTrack; readonly meter?: LevelMeter }
    | undefined;
  #looks = 0;
  #toldAt = -Infinity;

  /** Begins to listen whenever we are muted; ends with the room. Throws `invalid-argument`. */
  constructor(room: Room, options: MutedSpeechOptions = {}) {
    super();
    const { thresholdDb = -50 } = givenObject(options, 'The options');
    givenNumber(thresholdDb, '`thresholdDb`');
    this.#room = givenLike(room, '`room`', 'join', 'publish');
    this.#thresholdDb = thresholdDb;
    this.#deaf = room.on('closed', () => {
      this.close();
    });
    this.#timer = setInterval(() => {
      this.#look();
    }, lookMs);
    if (room.state === 'closed') this.close();
  }

  /** Ends the listening, as the end of the room does. */
  close(): void {
    clearInterval(this.#timer);
    this.#deaf();
    this.#forget();
  }

  #look(): void {
    const track = this.#room.localPublication?.tracks.find(
      ({ kind, enabled, readyState }) => kind === 'audio' && !enabled && readyState === 'live',
    );
    if (track !== this.#heard?.track) this.#listenTo(track);
    const { meter } = this.#heard ?? {};
    if (!meter) return;
    this.#looks = Math.max(0, this.#looks + (meter.level > this.#thresholdDb ? 1 : -1));
    if (this.#looks < leastLooks) return;
    this.#looks = 0;
    const now = performance.now();
    if (now - this.#toldAt < pauseMs) return;
    this.#toldAt = now;
    this.emit('speakingWhileMuted');
  }

  #listenTo(track: MediaStreamTrack | undefined): void {
    this.#forget();
    if (!track) return;
    const copy = track.clone();
    copy.enabled = true;
    this.#heard = { track, copy };
    try {
      this.#heard = { track, copy, meter: new LevelMeter(new MediaStream([copy])) };
    } catch {
      // A browser that cannot measure it is not asked again for this track.
    }
  }

  #forget(): void {
    this.#heard?.meter?.close();
    this.#heard?.copy.stop();
    this.#heard = undefined;
    this.#looks = 0;
  }
}
