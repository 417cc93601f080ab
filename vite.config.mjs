import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The page: paths relative to it, so that it works below any prefix. */
export const demo = defineConfig({
  configFile: false,
  root: at('demo'),
  base: './',
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: at('dist/demo'),
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    modulePreload: { polyfill: false },
  },
});

/** The client library, as a module, and for pages with a plain script as a global. */
export const client = library('client/index.ts', 'Atrium', { es: 'atrium-client.js', iife: 'atrium-client.global.js' });

/** The face of the original's browser library, as the global that its pages expect. */
export const original = library('client/original/kurento-room.ts', 'KurentoRoomModule', {
  es: 'kurento-room.module.js',
  iife: 'KurentoRoom.js',
});

function library(entry, name, files) {
  return defineConfig({
    configFile: false,
    root: at('client'),
    logLevel: 'warn',
    build: {
      outDir: at('dist/client'),
      emptyOutDir: false,
      target: 'es2022',
      sourcemap: true,
      minify: 'esbuild',
      lib: { entry: at(entry), name, formats: Object.keys(files), fileName: (format) => files[format] },
    },
  });
}

export default demo;
