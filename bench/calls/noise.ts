import { closeSync, openSync, writeSync } from 'node:fs';

const width = 640;
const height = 360;
const frames = 45;
/** The size of the squares of noise in pixels. The noise needs the whole bit rate and does not overload the encoder. */
const square = 4;

/** Writes a film of noise as the camera of Chromium, because its own test picture needs hardly any bit rate. */
export function writeNoise(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
  const chroma = Buffer.alloc((width * height) / 2, 128);
  // A seeded generator, so that each run shows the same film.
  let state = 1;
  for (let frame = 0; frame < frames; frame += 1) {
    const luma = Buffer.alloc(width * height);
    for (let y = 0; y < height; y += square) {
      const line = luma.subarray(y * width, (y + 1) * width);
      for (let x = 0; x < width; x += square) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        line.fill(64 + (state >>> 25), x, x + square);
      }
      for (let copy = 1; copy < square && y + copy < height; copy += 1) line.copy(luma, (y + copy) * width);
    }
    writeSync(file, 'FRAME\n');
    writeSync(file, luma);
    writeSync(file, chroma);
  }
  closeSync(file);
}
