import type { Manifest, RecordedFile } from '../manifest.js';
import { places } from './places.js';
import type { Layout, Place, Size } from './places.js';

/** Pictures a second. A picture lasts a whole number of ms, and of samples of sound at 48 kHz. */
export const fps = 25;
const frameMs = 1_000 / fps;

/** A time in which the same people are seen and heard. Times are on the recording's clock. */
export interface Scene {
  /** A whole number of pictures. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly tiles: readonly { readonly file: string; readonly atMs: number; readonly place: Place }[];
  readonly sounds: readonly { readonly file: string; readonly atMs: number }[];
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What is to be seen and heard when, from the manifest alone. `atMs` of a tile or sound: where its file is at the beginning of the scene;
 * below 0 when the file begins a little later.
 */
export function scenesOf(manifest: Manifest, layout: Layout, size: Size): readonly Scene[] {
  const files = manifest.files.filter(({ durationMs }) => durationMs > 0);
  const seen = files.filter(hasPictures).map((file) => ({ file, spans: seenIn(file) }));
  const heard = files.filter(hasSound);
  const end = Math.max(manifest.durationMs, ...files.map(({ offsetMs, durationMs }) => offsetMs + durationMs));
  const speakers = layout === 'speaker' ? manifest.events.filter(({ type }) => type === 'speaker') : [];
  const changes = [
    ...[0, end],
    ...seen.flatMap(({ spans }) => spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs])),
    ...heard.flatMap(({ offsetMs, durationMs }) => [offsetMs, offsetMs + durationMs]),
    ...speakers.map(({ atMs }) => atMs),
  ];
  const bounds = [...new Set(changes.map((ms) => inFrames(Math.min(ms, end))))].sort((one, other) => one - other);
  return bounds.slice(0, -1).map((fromMs, at) => {
    const toMs = bounds[at + 1] ?? fromMs;
    const middle = (fromMs + toMs) / 2;
    const shown = seen.filter(({ spans }) => spans.some((span) => isIn(middle, span))).map(({ file }) => file);
    const speaker = speakers.findLast(({ atMs }) => atMs <= middle)?.id;
    const laidOut = places(layout, size, shown, speaker);
    const sounding = heard.filter(({ offsetMs, durationMs }) =>
      isIn(middle, { fromMs: offsetMs, toMs: offsetMs + durationMs }),
    );
    return {
      ...{ fromMs, toMs },
      tiles: laidOut.map(({ file, place }) => ({ file: file.file, atMs: fromMs - file.offsetMs, place })),
      sounds: sounding.map(({ file, offsetMs }) => ({ file, atMs: fromMs - offsetMs })),
    };
  });
}

function hasPictures({ width }: RecordedFile): boolean {
  return width !== undefined;
}

function hasSound(file: RecordedFile): boolean {
  return file.codecs.length > (hasPictures(file) ? 1 : 0);
}

/** The times of the file in which its video was not muted. */
function seenIn({ offsetMs, durationMs, muted }: RecordedFile): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const [begin, end] of [...(muted.video ?? []), [durationMs, durationMs] as const]) {
    if (begin > from) spans.push({ fromMs: offsetMs + from, toMs: offsetMs + begin });
    from = Math.max(from, end);
  }
  return spans;
}

function inFrames(ms: number): number {
  return Math.round(ms / frameMs) * frameMs;
}

function isIn(ms: number, { fromMs, toMs }: Span): boolean {
  return ms >= fromMs && ms < toMs;
}
