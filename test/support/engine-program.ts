import { fileURLToPath } from 'node:url';

/** Set by scripts/test.mjs, which has compiled the sources. A single file that mocha runs uses the sources themselves. */
const isCompiled = process.env.TEST_COMPILED !== undefined;

/** The program of the embedded engine. Compiled, it starts in a quarter of the time. */
export const engineProgram = fileURLToPath(
  new URL(isCompiled ? '../../dist/media/embedded/main.js' : '../../media/embedded/main.ts', import.meta.url),
);

/** What Node needs to run it. */
export const engineExecArgv = isCompiled ? [] : ['--import', 'tsx'];
