import { thisProcess } from '../../../process-mark.js';

/** A program that tells its mark and waits for its end. */
process.send?.(thisProcess() ?? null);
setInterval(() => undefined, 60_000);
