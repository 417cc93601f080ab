import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { defineConfig } from 'vite';

/**
 * What is bundled, of the project in this folder: the page, and the libraries for pages of others.
 * @param folder may be a link to the project
 */
export function bundlesOf(folder) {
  return [page(folder), client(folder), call(folder), react(folder), original(folder)];
}

/** Paths relative to it, so that it works below any prefix. */
function page(folder) {
  return defineConfig({
    ...common,
    root: join(folder, 'demo'),
    base: './',
    esbuild,
    build: {
      outDir: join(folder, 'dist/demo'),
      emptyOutDir: true,
      target: 'es2022',
      sourcemap: true,
      modulePreload: { polyfill: false },
      rollupOptions: {
        external: isCall,
        // A module of the library that only a later part uses comes with that part.
        treeshake: { moduleSideEffects: (id) => !id.includes('/client/') },
        output: { manualChunks, chunkFileNames, hoistTransitiveImports: false },
      },
    },
  });
}

/** The client library, as a module, and for pages with a plain script as a global. */
function client(folder) {
  const files = { es: 'atrium-client.js', iife: 'atrium-client.global.js' };
  return library(folder, 'client/index.ts', 'Atrium', files, { external: isCall });
}

/** The element <atrium-call>, which shares the client library with the page around it. Each language but English is a file of its own. */
function call(folder) {
  const rollupOptions = {
    external: (id) => id.endsWith('/client/index.js'),
    // The languages use some of its modules.
    preserveEntrySignatures: 'allow-extension',
    output: {
      paths: () => './atrium-client.js',
      chunkFileNames: ({ facadeModuleId }) => `atrium-call-${basename(dirname(facadeModuleId ?? ''))}-[hash].js`,
    },
  };
  const files = { es: 'atrium-call.js' };
  return { ...library(folder, 'demo/element/atrium-call.ts', 'AtriumCall', files, rollupOptions), esbuild };
}

/** The room for pages that are written with React, which is theirs. */
function react(folder) {
  const rollupOptions = {
    external: ['react', '../index.js'],
    output: { paths: (id) => (id === 'react' ? id : './atrium-client.js') },
  };
  return library(folder, 'client/react/index.ts', 'AtriumReact', { es: 'atrium-react.js' }, rollupOptions);
}

/** The face of the original's browser library, as the global that its pages expect. */
function original(folder) {
  const files = { es: 'kurento-room.module.js', iife: 'KurentoRoom.js' };
  return library(folder, 'client/original/kurento-room.ts', 'KurentoRoomModule', files);
}

function library(folder, entry, name, files, { output, ...rollupOptions } = {}) {
  return defineConfig({
    ...common,
    root: join(folder, 'client'),
    build: {
      outDir: join(folder, 'dist/client'),
      emptyOutDir: false,
      target: 'es2022',
      sourcemap: true,
      minify: 'esbuild',
      rollupOptions: { ...rollupOptions, output: { ...output, plugins: [withoutSpaces] } },
      lib: { entry: join(folder, entry), name, formats: Object.keys(files), fileName: (format) => files[format] },
    },
  });
}

/**
 * `rem` is the font size of the page around a call, and that page may have any. So it is `--rem` here, which a page sets by
 * `--atrium-size`.
 */
const ownRem = {
  postcssPlugin: 'own-rem',
  Declaration(declaration) {
    declaration.value = declaration.value.replace(/(-?(?:\d*\.)?\d+)rem\b/g, 'calc($1 * var(--rem))');
  },
};

const esbuild = { jsx: 'automatic', jsxImportSource: 'preact' };

/** What a page fetches when somebody asks for it, and what that has in common with languages. The rest is one file, which packs best. */
const later =
  /\/words\/(?!en\/|words\.)|\/node_modules\/qr\/|\/parts\/(?:chat|people|recordings|statistics)-panel|\/parts\/(?:chat-form|message)\.|\/parts\/(?:room|person)-tools|\/parts\/(?:settings-dialog|more-menu|device-menu|media-trouble|invitation-popover|qr-code|reaction-menu|reaction-icon|rising-reactions|panel\.|call-dialog)|\/model\/(?:kept-recordings|links|own-voice)\.|\/client\/(?:muted|own)-speech\./;
const manualChunks = (id) => (later.test(id) ? undefined : 'page');

/** Languages are known by their names: `words-de-….js`. */
const chunkFileNames = ({ facadeModuleId }) => {
  const language = /\/words\/(\w+)\/index/.exec(facadeModuleId ?? '')?.[1];
  return language === undefined ? 'assets/[name]-[hash].js' : `assets/words-${language}-[hash].js`;
};

/** The script of <atrium-call>, which `embed` fetches from beside the library. */
const isCall = (id) => id.endsWith('/atrium-call.js');

/**
 * Vite leaves spaces and comments in modules, for bundlers that read the comments. They are a third of the library on the wire, and
 * would spare a page that needs nothing of it one kilobyte.
 */
const withoutSpaces = {
  name: 'without-spaces',
  renderChunk: (code) =>
    transform(code, { minifyWhitespace: true, charset: 'utf8', target: 'es2022', sourcemap: true }),
};

/** Links are not followed: see `bundle` in scripts/prepare.mjs. */
const common = {
  configFile: false,
  logLevel: 'warn',
  resolve: { preserveSymlinks: true },
  css: { postcss: { plugins: [ownRem] } },
};

export default page(fileURLToPath(new URL('.', import.meta.url)));
