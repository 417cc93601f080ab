/** What can be known of a WebM or Matroska file without decoding it. */
export interface Outline {
  readonly tracks: readonly Track[];
  /** Of the last block, from the first one on. In ms. */
  readonly durationMs: number;
  /** Where nothing came for longer than `gapMs`, from the first block on. In ms. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
  /** Whether it has an end: length and index are written, and nothing is cut off. */
  readonly isWhole: boolean;
  /** For `mend`. Undefined when it holds nothing that could be played. */
  readonly mendable: Mendable | undefined;
}

export interface Track {
  readonly number: number;
  readonly kind: 'audio' | 'video' | 'other';
  /** As `opus` or `vp8`. */
  readonly codec: string;
  /** In pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** A place that seeking can go to. Positions are in the file. */
export interface CuePlace {
  /** In ticks of the file. */
  readonly time: number;
  readonly track: number;
  readonly cluster: number;
}

/** Where things are in a file whose writer has died. Positions are in the file. */
export interface Mendable {
  /** Behind the last whole cluster. */
  readonly end: number;
  /** Of the last block, in ticks of the file. */
  readonly ticks: number;
  readonly cues: readonly CuePlace[];
  /** Where the size of the segment is, if it takes eight bytes. */
  readonly segmentSize: number | undefined;
  /** Where the content of the segment begins: what positions in the file count from. */
  readonly segment: number;
  /** Room for the index of elements. */
  readonly seekHead: { readonly at: number; readonly room: number } | undefined;
  /** Where the number is, and how many bytes it takes; or a place for the whole element. */
  readonly duration: { readonly at: number; readonly bytes: 4 | 8 | 'element' } | undefined;
  readonly info: number | undefined;
  readonly tracks: number | undefined;
}

/** In ms. In speech and pictures nobody notices a shorter one. */
export const gapMs = 500;
