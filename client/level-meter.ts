import { asClientError } from './errors.js';
import { givenLike } from './given.js';
import { decibels } from './statistics.js';

/** How loud a stream is, before it is sent anywhere. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  /**
   * Begins to measure; `close` ends it. Throws `invalid-argument` for what is no stream, and `device-failed` for one without sound, or where
   * the browser cannot measure.
   */
  constructor(stream: MediaStream) {
    givenLike(stream, '`stream`', 'getTracks');
    this.#context = openContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    try {
      this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    } catch (error) {
      // A browser has few of them.
      this.close();
      throw asClientError(error, 'device-failed');
    }
    // Browsers allow no sound before the user did something, and they treat measuring as sound.
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
  }

  /** Of the last 20 ms or so, in dB of full scale; silence is -100. */
  get level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return decibels(Math.sqrt(power));
  }

  /** Ends the measuring. The stream goes on. */
  close(): void {
    void this.#context.close().catch(() => undefined);
  }
}

function openContext(): AudioContext {
  try {
    return new AudioContext();
  } catch (error) {
    throw asClientError(error, 'device-failed');
  }
}
