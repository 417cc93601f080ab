import { decibels } from './statistics.js';

/** How loud a stream is, before it is sent anywhere. */
export class LevelMeter {
  readonly #context = new AudioContext();
  readonly #analyser = this.#context.createAnalyser();
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream) {
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    // Browsers allow no sound before the user did something, and they treat measuring as sound.
    if (this.#context.state === 'suspended') void this.#context.resume().catch(() => undefined);
  }

  /** Of the last 20 ms or so, in dB of full scale; silence is -100. */
  get level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return decibels(Math.sqrt(power));
  }

  close(): void {
    void this.#context.close().catch(() => undefined);
  }
}
