import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type kurentoClient from 'kurento-client';
import { filterTypes } from './filters.js';
import { packageConsole } from './package-console.js';

/**
 * Loads kurento-client so that the rest of the process does not notice it (docs/decisions/0002-kurento-client.md). Its files are
 * CommonJS. They are compiled here as Node would, with one parameter more: `console`. The copy that is loaded is private. A
 * program that imports kurento-client itself gets another one.
 */

/** The files that print: those of the package, and of the packages that were written for it. */
const printing = /[\\/]node_modules[\\/](?:kurento-[^\\/]+|promisecallback)[\\/](?!.*node_modules).*\.js$/;

/** Modules that the package gets empty, because they change things for the whole process. */
const withheld = [
  /** Slows each event emitter down. The package has a substitute, for browsers. */
  /^domain$/,
  /** Gives each error a `toJSON` that prints its stack. */
  /[\\/]kurento-client[\\/]lib[\\/]errorToJson\.js$/,
];

const parameters = ['exports', 'require', 'module', '__filename', '__dirname', 'console'];

const loaded = new Map<string, { exports: unknown }>();

export const kurento = requireFrom(import.meta.url)('kurento-client') as typeof kurentoClient;

// A filter of a module that the package does not bring is created like one that it does bring.
kurento.register(filterTypes.marker, kurento.register.classes[filterTypes['face-overlay']]);

function requireFrom(parent: string): (name: string) => unknown {
  const require = createRequire(parent);
  return (name) => {
    const path = require.resolve(name);
    if (withheld.some((pattern) => pattern.test(path))) return {};
    return printing.test(path) ? load(path) : (require(name) as unknown);
  };
}

function load(path: string): unknown {
  const known = loaded.get(path);
  if (known) return known.exports;
  const module = { exports: {} };
  // Some files require each other: then one gets what the other has exported so far, as in Node.
  loaded.set(path, module);
  const run = compileFunction(readFileSync(path, 'utf8'), parameters, { filename: path }) as (
    ...args: unknown[]
  ) => void;
  run.call(module.exports, module.exports, requireFrom(path), module, path, dirname(path), packageConsole);
  return module.exports;
}
