import { fileURLToPath } from 'node:url';

/** Set by scripts/test.mjs, which has compiled the sources. A single file that mocha runs uses the sources themselves. */
const isCompiled = process.env.TEST_COMPILED !== undefined;

/** A program of the project. Compiled, it starts in a third of the time. */
export interface Program {
  readonly path: string;
  /** What Node needs to run it. */
  readonly execArgv: readonly string[];
}

/** What `npm start` runs. */
export const serverProgram = programOf('src/main');

/** What `npm run media-server` runs. */
export const engineProgram = programOf('media/embedded/main');

function programOf(name: string): Program {
  const path = isCompiled ? `../../dist/${name}.js` : `../../${name}.ts`;
  return { path: fileURLToPath(new URL(path, import.meta.url)), execArgv: isCompiled ? [] : ['--import', 'tsx'] };
}
