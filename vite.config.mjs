import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * What is bundled, of the project in this folder: the page, and the libraries for pages of others.
 * @param folder may be a link to the project
 */
export function bundlesOf(folder) {
  return [page(folder), client(folder), original(folder)];
}

/** Paths relative to it, so that it works below any prefix. */
function page(folder) {
  return defineConfig({
    ...common,
    root: join(folder, 'demo'),
    base: './',
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
    build: {
      outDir: join(folder, 'dist/demo'),
      emptyOutDir: true,
      target: 'es2022',
      sourcemap: true,
      modulePreload: { polyfill: false },
    },
  });
}

/** The client library, as a module, and for pages with a plain script as a global. */
function client(folder) {
  const files = { es: 'atrium-client.js', iife: 'atrium-client.global.js' };
  return library(folder, 'client/index.ts', 'Atrium', files);
}

/** The face of the original's browser library, as the global that its pages expect. */
function original(folder) {
  const files = { es: 'kurento-room.module.js', iife: 'KurentoRoom.js' };
  return library(folder, 'client/original/kurento-room.ts', 'KurentoRoomModule', files);
}

function library(folder, entry, name, files) {
  return defineConfig({
    ...common,
    root: join(folder, 'client'),
    build: {
      outDir: join(folder, 'dist/client'),
      emptyOutDir: false,
      target: 'es2022',
      sourcemap: true,
      minify: 'esbuild',
      lib: { entry: join(folder, entry), name, formats: Object.keys(files), fileName: (format) => files[format] },
    },
  });
}

/** Links are not followed: see `bundle` in scripts/prepare.mjs. */
const common = { configFile: false, logLevel: 'warn', resolve: { preserveSymlinks: true } };

export default page(fileURLToPath(new URL('.', import.meta.url)));
