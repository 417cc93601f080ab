/** Why another layer is sent: the receiver wants it, its network takes it or not, or the publisher has stopped or begun to send one. */
export const layerReasons = ['wish', 'network', 'publisher'] as const;
export type LayerReason = (typeof layerReasons)[number];

/** Less is sent than all: not all pictures in a second, or none at all. */
export type Lessening = 'fewer_pictures' | 'no_picture';

/** What is sent now of a picture in several sizes. Layers are counted from the smallest. */
export interface SentLayer {
  /** -1: none. */
  readonly layer: number;
  /** What the receiver asks for. */
  readonly wanted: number;
  /** Whether the publisher sends a layer. */
  readonly isThere: (layer: number) => boolean;
}

/** Counts for one receiver how long it got which layer, and why that changed, until somebody takes the counts and clears them. */
export class LayerFigures {
  /** In s, by layer. */
  readonly seconds = new Map<number, number>();
  /** By the layer that is sent since then, and the reason. */
  readonly switches = new Map<number, Record<LayerReason, number>>();
  /** In s, by what was lessened. */
  readonly lessSeconds = new Map<Lessening, number>();
  #less: { readonly how: Lessening | undefined; readonly at: number } = { how: undefined, at: 0 };
  #last: { readonly layer: number; readonly wanted: number } | undefined;
  #at = 0;

  /** Called about every 50 ms. @param now in ms */
  look({ layer, wanted, isThere }: SentLayer, now: number): void {
    const last = this.#last;
    if (last) this.seconds.set(last.layer, (this.seconds.get(last.layer) ?? 0) + (now - this.#at) / 1_000);
    if (last && layer !== -1 && layer !== last.layer) {
      const counts = this.switches.get(layer) ?? { wish: 0, network: 0, publisher: 0 };
      this.switches.set(layer, counts);
      counts[reasonOf(last, { layer, wanted, isThere })] += 1;
    }
    this.#at = now;
    // What is sent after a pause has nothing to be compared with.
    this.#last = layer === -1 ? undefined : { layer, wanted };
  }

  /** Called about every 50 ms. @param now in ms */
  less(how: Lessening | undefined, now: number): void {
    const { how: before, at } = this.#less;
    if (before) this.lessSeconds.set(before, (this.lessSeconds.get(before) ?? 0) + (now - at) / 1_000);
    if (how ?? before) this.#less = { how, at: now };
  }
}

function reasonOf(last: { readonly layer: number; readonly wanted: number }, now: SentLayer): LayerReason {
  if (now.wanted !== last.wanted) return 'wish';
  return now.isThere(last.layer) ? 'network' : 'publisher';
}
