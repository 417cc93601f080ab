/**
 * Makes a clone ready for what an npm script is about to do, and does nothing when it already is.
 *
 *   node scripts/prepare.mjs [build] [programs] [--force]
 *
 * Always: the packages of package-lock.json are installed. `build`: dist/ is compiled from the present sources.
 * `programs`: what the tests run besides is there, such as Chromium. Uses Node's own modules only, since it runs before `npm ci`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compressFolder } from './compress.mjs';
import { npmCommand } from './npm.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const steps = new Set(process.argv.slice(2));

/** What npm cannot install: its names, Debian's package, what it is for, and whether the rest, or all, can do without. */
const programs = [
  {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    variable: 'CHROMIUM',
    debian: 'chromium',
    needed: 'the browser tests',
  },
  // The tests use the browser itself where this is not to be had.
  { names: ['chromium-headless-shell'], debian: 'chromium-headless-shell', spare: true },
  { names: ['ffprobe'], debian: 'ffmpeg', needed: 'the tests of recordings' },
  { names: ['turnserver'], debian: 'coturn', needed: 'the tests of calls through a TURN server', optional: true },
  { names: ['nginx'], debian: 'nginx', needed: 'the tests behind nginx', optional: true },
  { names: ['redis-server'], debian: 'redis-server', needed: 'the tests of several nodes', optional: true },
  { names: ['haproxy'], debian: 'haproxy', needed: 'the tests behind haproxy', optional: true },
  { names: ['caddy'], debian: 'caddy', needed: 'the test behind Caddy', optional: true },
];

requireNode();
await install();
if (steps.has('build')) await build();
if (steps.has('programs')) await requirePrograms();

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node 20.19 or newer is needed; this is ${process.version}.`);
}

/** `npm ci`, when node_modules does not hold exactly what the lock file names for this platform. */
async function install() {
  if (isInstalled()) return;
  say('Installing packages (npm ci) …');
  await npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

function isInstalled() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (!installed) return false;
  const wanted = readJson('package-lock.json')?.packages ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      !path.startsWith('node_modules/') ||
      (link ? existsSync(path) : installed[path]?.version === version || (optional && !installed[path])),
  );
}

/** Compiles the server and bundles the demo, when a source changed since the last time. */
async function build() {
  const stamp = sourcesStamp();
  if (!steps.has('--force') && existsSync('dist/.stamp') && readFileSync('dist/.stamp', 'utf8') === stamp) return;
  say('Compiling …');
  rmSync('dist', { recursive: true, force: true });
  // `npm run check` checks the types, which would take longer than to compile.
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck']);
  const { bundleServer } = await import('./server-bundle.mjs');
  await bundleServer(root);
  await bundle();
  await packClient();
  cpSync('examples/pages', 'dist/examples', { recursive: true });
  for (const folder of ['dist/demo', 'dist/client', 'dist/examples']) await compressFolder(folder);
  writeFileSync('dist/.stamp', stamp);
}

/** The page, and the libraries for pages of others. Vite cannot read a folder with `#` or `?` in its path, so it gets a link to it. */
async function bundle() {
  const { build: viteBuild } = await import('vite');
  const { bundlesOf } = await import('../vite.config.mjs');
  const away = mkdtempSync(join(tmpdir(), 'atrium-'));
  try {
    const link = join(away, 'project');
    symlinkSync(root, link, 'junction');
    for (const config of bundlesOf(/[#?]/.test(root) ? link : root)) await viteBuild(config);
  } finally {
    rmSync(away, { recursive: true });
  }
}

/** Makes dist/client the package as it is published: with types, a page about it, and a package.json that is not private. */
async function packClient() {
  const { clientTypes } = await import('./client-types.mjs');
  const entries = await clientTypes(root);
  for (const { name, types } of entries) writeFileSync(`dist/client/${name}.d.ts`, types);
  // A test compares docs/client-reference.md with it.
  writeFileSync('dist/client-types.json', JSON.stringify(entries));
  // In the folder of sources the library is index.ts.
  const face = readFileSync('client/atrium-call.d.ts', 'utf8').replaceAll("'./index.js'", "'./atrium-client.js'");
  writeFileSync('dist/client/atrium-call.d.ts', face);
  const { private: _, ...published } = readJson('client/package.json');
  writeFileSync('dist/client/package.json', `${JSON.stringify(published, null, 2)}\n`);
  cpSync('client/README.md', 'dist/client/README.md');
  cpSync('LICENSE', 'dist/client/LICENSE');
}

/** Changes whenever a source is added, removed or edited. */
function sourcesStamp() {
  const hash = createHash('sha256').update(process.version);
  for (const path of [
    'ebml.ts',
    'log.ts',
    'npm-gone.ts',
    'process-mark.ts',
    'mid-message.ts',
    'durations.ts',
    'histogram.ts',
    'media-sums.ts',
    'tally.ts',
    'src',
    'rooms',
    'media',
    'rest',
    'load',
    'client',
    'demo',
    'examples/pages',
    'dialects',
    'transport',
    'options',
    'access',
    'cluster',
    'recording',
    'events',
    'scripts/prepare.mjs',
    'scripts/client-types.mjs',
    'scripts/server-bundle.mjs',
    'scripts/compress.mjs',
    'vite.config.mjs',
    'package-lock.json',
  ]) {
    addToStamp(hash, path);
  }
  for (const name of ['tsconfig.base.json', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.web.json'])
    addToStamp(hash, name);
  return hash.digest('hex');
}

function addToStamp(hash, path) {
  const stat = statSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) addToStamp(hash, join(path, name));
    return;
  }
  hash.update(path).update(readFileSync(path));
}

/** Installs what is missing, as root on Debian; elsewhere says what to install. */
async function requirePrograms() {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const packages = missing.map((program) => program.debian);
    say(`Installing what the tests need (apt-get install ${packages.join(' ')}) …`);
    await attempt('apt-get', ['update', '-qq']);
    // One by one: a package that cannot be had keeps no other away.
    for (const name of packages) await attempt('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]);
  }
  for (const program of missing.filter((one) => !one.spare && !isThere(one))) {
    const { names, debian, variable, needed, optional } = program;
    const orVariable = variable ? ` or set ${variable} to its path` : '';
    const line = `${names[0]} is needed for ${needed}: install it (Debian: apt-get install ${debian})${orVariable}.`;
    if (optional) say(`${line} Until then that is skipped.`);
    else fail(`${line} \`npm run test:fast\` runs everything else.`);
  }
}

function isThere({ names, variable }) {
  const named = variable && process.env[variable];
  if (named) return existsSync(named);
  // Servers are in the last one, which is not in the path of every user.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return names.some((name) => folders.some((folder) => existsSync(join(folder, name))));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function npm(args) {
  const [command, ...first] = npmCommand();
  return run(command, [...first, ...args]);
}

async function run(command, args) {
  const failure = await attempt(command, args);
  if (failure !== undefined) fail(failure);
}

/**
 * Ends with this process: a signal to `npm start` ends the shell of npm, and this process learns of that by its parent.
 * @returns undefined, or what failed
 */
async function attempt(command, args) {
  const child = spawn(command, args, {
    stdio: ['ignore', 2, 2],
    // Packages of servers start none at this run level: the tests start them.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  const stop = () => {
    child.kill();
    process.exit(1);
  };
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && stop(), 200);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  const failure = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `code ${code}`)));
  });
  clearInterval(watch);
  for (const signal of signals) process.off(signal, stop);
  return failure === undefined ? undefined : `${command} ${args.join(' ')} failed: ${failure}`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
