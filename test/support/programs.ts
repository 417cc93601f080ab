import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

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

const root = fileURLToPath(new URL('../../', import.meta.url));
const put = new Map<string, string>();

/**
 * The path of a program of the tests that Node runs as it is: it is put into one file with all that it imports of the project, once for
 * each process of the tests. It starts in a third of the time that it takes from source, and must not look for files beside itself.
 */
export function testProgram(source: URL): string {
  const path =
    put.get(source.href) ?? `${root}test-results/programs/${process.pid}/${basename(source.pathname, '.ts')}.mjs`;
  if (put.has(source.href)) return path;
  buildSync({
    ...{ absWorkingDir: root, entryPoints: [fileURLToPath(source)], outfile: path, logLevel: 'warning' },
    ...{ bundle: true, packages: 'external', format: 'esm', platform: 'node', sourcemap: 'inline' },
  });
  put.set(source.href, path);
  return path;
}

process.on('exit', () => {
  rmSync(`${root}test-results/programs/${process.pid}`, { recursive: true, force: true });
});
