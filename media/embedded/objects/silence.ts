/** A client that should be heard and is not counts as gone after so many ms. The library says so after 30 s. */
const silentMs = 8000;
/** Video that pauses for so many ms need not be reported about. */
const pauseMs = 1000;

/**
 * Whether the client of one transport is heard. It should be while it sends media, and while it is sent video, if it
 * has reported before: receivers of video do so every second. Of sound alone they report too rarely. Times are in ms.
 */
export class Silence {
  readonly #changed: (isSilent: boolean) => void;
  #isSilent = false;
  #heardAt = 0;
  /** It sends media, and has not said goodbye. */
  #sends = false;
  #hasReported = false;
  #videoPackets = 0;
  #videoAt = Number.NEGATIVE_INFINITY;
  /** Since when video goes to it without a pause. */
  #videoSince = 0;

  constructor(changed: (isSilent: boolean) => void) {
    this.#changed = changed;
  }

  /** Media came. Called for each packet. */
  mediaHeard(now: number): void {
    this.#sends = true;
    this.#heard(now);
  }

  /** RTCP came. */
  reportHeard(now: number): void {
    this.#hasReported = true;
    this.#heard(now);
  }

  /** It has ended a stream (RTCP BYE), and may have nothing to say from now on. */
  goodbye(): void {
    this.#sends = false;
  }

  /** It was not connected before. */
  begin(now: number): void {
    this.#sends = false;
    this.#hasReported = false;
    this.#videoAt = Number.NEGATIVE_INFINITY;
    this.#heard(now);
  }

  /** Called about every 50 ms while connected. `videoPackets`: that were sent to it so far. */
  tick(now: number, videoPackets: number): void {
    if (videoPackets !== this.#videoPackets) {
      if (now - this.#videoAt > pauseMs) this.#videoSince = now;
      this.#videoAt = now;
      this.#videoPackets = videoPackets;
    }
    const isSent = now - this.#videoAt <= pauseMs && now - this.#videoSince >= silentMs;
    const isWatching = isSent && this.#hasReported;
    if (!this.#isSilent && (this.#sends || isWatching) && now - this.#heardAt >= silentMs) this.#become(true);
  }

  #heard(now: number): void {
    this.#heardAt = now;
    if (this.#isSilent) this.#become(false);
  }

  #become(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#changed(isSilent);
  }
}
