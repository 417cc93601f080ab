/**
 * Packs the server as it is published (docs/decisions/0063-what-is-published.md). What follows `--` is for `npm pack`:
 *
 *   npm run pack:server -- --pack-destination /tmp
 *
 * The folder of sources is private. The package is put together in a folder of its own: the compiled server, the types of what it exports,
 * and those packages that npm does not get for others, since overrides count in the outermost project alone.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './npm.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = readJson('package.json');
const reconnectWs = readJson('vendor/reconnect-ws/package.json');
const dependencies = without(source.dependencies, 'reconnect-ws');

/**
 * kurento-client and all that it depends on, since npm installs nothing for a bundled package: what is copied besides licences, and what
 * each depends on in place of a git repository, a native module and an old ws.
 */
const bundled = {
  'kurento-client': { parts: ['lib'], needs: { 'reconnect-ws': reconnectWs.version } },
  'kurento-client-core': { parts: ['lib'] },
  'kurento-client-elements': { parts: ['lib'] },
  'kurento-client-filters': { parts: ['lib'] },
  'kurento-jsonrpc': { parts: ['lib'], needs: { bufferutil: undefined, ws: dependencies.ws } },
  'reconnect-ws': { parts: ['index.js'] },
  // This file of it has what it uses of lodash.
  async: { parts: ['dist/async.js'], needs: { lodash: undefined } },
  'es6-promise': { parts: ['dist/es6-promise.js'] },
  extend: { parts: ['index.js'] },
  inherits: { parts: ['inherits.js', 'inherits_browser.js'] },
  minimist: { parts: ['index.js'] },
  promise: { parts: ['index.js', 'lib'] },
  asap: { parts: ['asap.js', 'raw.js'] },
  promisecallback: { parts: ['index.js'] },
};

const types = typesOfExports();
const folder = mkdtempSync(join(tmpdir(), 'atrium-package-'));
try {
  const files = [
    ...['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'],
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
    ...filesIn('dist').filter(isServed),
    ...types.files,
  ];
  for (const file of files) cpSync(join(root, file), join(folder, file));
  for (const [name, { parts, needs = {} }] of Object.entries(bundled)) bundle(name, parts, needs);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published(), null, 2)}\n`);
  const [command, ...first] = npmCommand();
  const args = [...first, 'pack', '--pack-destination', process.cwd(), ...process.argv.slice(2)];
  process.exitCode = spawnSync(command, args, { cwd: folder, stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** The package.json of the package: nothing in it is for developers. */
function published() {
  const entries = Object.entries(source.exports).map(([name, entry]) => {
    if (typeof entry === 'string') return [name, entry];
    return [name, without(entry, 'atrium-source')];
  });
  return {
    ...without(source, 'private', 'scripts', 'devDependencies', 'overrides'),
    exports: Object.fromEntries(entries),
    dependencies: { ...dependencies, ...types.packages, 'reconnect-ws': reconnectWs.version },
    bundleDependencies: ['kurento-client', 'reconnect-ws'],
  };
}

/** Whether a compiled file is run or served. Types of the server are another matter, and maps name sources that are not there. */
function isServed(path) {
  if (/\.map$|^dist\/(?:\.stamp|client-types\.json)$/.test(path)) return false;
  return !path.endsWith('.d.ts') || path.startsWith('dist/client/');
}

/** What the types of the exports are made of: files, and packages of types that are written elsewhere. */
function typesOfExports() {
  const files = new Set();
  const packages = {};
  const add = (path) => {
    if (files.has(path)) return;
    files.add(path);
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, name] of text.matchAll(/(?:from |import |import\()['"]([^'"]+)['"]/g)) {
      const own = join(dirname(path), name.replace(/\.js$/, '.d.ts'));
      const version = source.devDependencies[`@types/${name}`];
      if (name.startsWith('.') && existsSync(join(root, own))) add(own);
      else if (version) packages[`@types/${name}`] = version;
    }
  };
  for (const { types } of Object.values(source.exports)) if (types) add(join(types));
  return { files: [...files], packages };
}

function bundle(name, parts, needs) {
  const from = join(root, 'node_modules', name);
  const to = join(folder, 'node_modules', name);
  const notices = readdirSync(from).filter((each) => /^(?:licen[cs]e|readme)\b/i.test(each));
  for (const part of [...parts, ...notices]) cpSync(join(from, part), join(to, part), { recursive: true });
  const rest = without(readJson(`node_modules/${name}/package.json`), 'scripts', 'devDependencies');
  const changed = { ...rest, dependencies: { ...rest.dependencies, ...needs } };
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(changed, null, 2)}\n`);
}

function without(object, ...names) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function filesIn(path) {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  );
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
