/** With so many pixels in a row a picture is sent in so many sizes. Browsers leave out those that they take for too many. */
const sizes = [
  { columns: 960, encodings: 3 },
  { columns: 480, encodings: 2 },
] as const;

/** In bit/s, of the largest. */
const mostBitrate = 1_700_000;

/** Names and bounds of the sizes, the largest first. */
const encodings: readonly RTCRtpEncodingParameters[] = [
  { rid: 'f', maxBitrate: mostBitrate },
  { rid: 'h', maxBitrate: 500_000, scaleResolutionDownBy: 2 },
  { rid: 'q', maxBitrate: 150_000, scaleResolutionDownBy: 4 },
];

/**
 * The sizes in which a picture is to be sent, the smallest first. Empty: in one.
 * @param most how many the server takes
 */
export function encodingsOf(track: MediaStreamTrack, most: number): RTCRtpEncodingParameters[] {
  const { width = 0 } = track.getSettings();
  const count = Math.min(most, sizes.find(({ columns }) => width >= columns)?.encodings ?? 1);
  return count < 2
    ? []
    : encodings
        .slice(0, count)
        .map((each) => ({ ...each }))
        .reverse();
}

/** What sends a picture in several sizes. Changes it one after the other, as browsers require. */
export class LayeredSender {
  readonly #sender: RTCRtpSender;
  #changes: Promise<void> = Promise.resolve();

  constructor(sender: RTCRtpSender) {
    this.#sender = sender;
  }

  /** Once it is negotiated: where the server takes one size after all, the browser keeps the smallest, and sends it as large as it is. */
  negotiated(): void {
    this.#change((given) => {
      const [only, ...others] = given;
      if (!only || others.length > 0 || (only.scaleResolutionDownBy ?? 1) === 1) return undefined;
      return [{ ...only, scaleResolutionDownBy: 1, maxBitrate: mostBitrate }];
    });
  }

  /** Sends these layers alone, the smallest first. */
  send(layers: readonly boolean[]): void {
    this.#change((given) => {
      const isLayered = given.length === layers.length;
      const isWanted = (index: number): boolean => (isLayered ? layers[index] === true : layers.includes(true));
      return given.map((each, index) => ({ ...each, active: isWanted(index) }));
    });
  }

  /** `change`: undefined where there is nothing to do. */
  #change(change: (given: readonly RTCRtpEncodingParameters[]) => RTCRtpEncodingParameters[] | undefined): void {
    this.#changes = this.#changes
      .then(async () => {
        const parameters = this.#sender.getParameters();
        const encodings = change(parameters.encodings);
        if (encodings) await this.#sender.setParameters({ ...parameters, encodings });
      })
      // The connection has ended, or the browser does not know such parameters: it goes on as it was.
      .catch(() => undefined);
  }
}
