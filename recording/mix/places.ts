import type { RecordedFile } from '../manifest.js';

export const layouts = ['grid', 'speaker'] as const;
export type Layout = (typeof layouts)[number];

export interface Size {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** In pixels, from the upper left corner. All even numbers, as encoders want them. */
export interface Place extends Size {
  readonly x: number;
  readonly y: number;
}

interface Placed {
  readonly file: RecordedFile;
  readonly place: Place;
}

/** Where each file is shown. @param speaker the `id` of a participant */
export function places(
  layout: Layout,
  size: Size,
  files: readonly RecordedFile[],
  speaker?: string,
): readonly Placed[] {
  const area = { x: 0, y: 0, ...size };
  if (layout === 'grid' || files.length < 2) return inGrid(files, area);
  const large =
    files.find(({ source }) => source === 'screen') ??
    files.find(({ participant }) => participant.id === speaker) ??
    files[0];
  const stripHeight = even(size.height / 4);
  const top = { ...area, height: size.height - stripHeight };
  const strip = { ...area, y: top.height, height: stripHeight };
  const others = files.filter((file) => file !== large);
  return [...inGrid(large ? [large] : [], top), ...inRow(others, strip)];
}

/** As square as can be; the last row is in the middle. */
function inGrid(files: readonly RecordedFile[], area: Place): readonly Placed[] {
  const columns = Math.ceil(Math.sqrt(files.length));
  const rows = Math.ceil(files.length / columns);
  const width = even(area.width / columns);
  const height = even(area.height / rows);
  return files.map((file, at) => {
    const row = Math.floor(at / columns);
    const inRowCount = Math.min(columns, files.length - row * columns);
    const left = even((area.width - inRowCount * width) / 2);
    return { file, place: { x: area.x + left + (at % columns) * width, y: area.y + row * height, width, height } };
  });
}

function inRow(files: readonly RecordedFile[], area: Place): readonly Placed[] {
  const width = even(Math.min(area.width / files.length, (area.height * 16) / 9));
  const left = even((area.width - files.length * width) / 2);
  return files.map((file, at) => ({ file, place: { ...area, x: area.x + left + at * width, width } }));
}

function even(pixels: number): number {
  return Math.floor(pixels / 2) * 2;
}
