/**
 * The programs of the server and its library, each with few files: to load hundreds of them took longer than anything else at the
 * start (docs/decisions/0055-few-files.md). What several of them need is in dist/chunks. Packages stay outside, where npm installs them.
 */
import { build } from 'esbuild';

/** By the paths of their sources, which they have in dist/ too. */
const programs = ['src/index.ts', 'src/main.ts', 'src/cli/main.ts', 'media/embedded/main.ts', 'load/load-process.ts'];

/** @param root the folder of the project */
export async function bundleServer(root) {
  await build({
    absWorkingDir: root,
    entryPoints: programs,
    outbase: '.',
    outdir: 'dist',
    // A folder below dist/, as src/ is: what finds a file beside itself by `import.meta.url` is in one of the two.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
}
