/**
 * Runs the tests in mocha processes side by side: many tests wait, and so others use the two cores meanwhile. There are three on a
 * quick machine and two on a slow one, where browsers and servers would wait so long for a core that tests give up.
 *
 *   npm test                                 everything
 *   npm run test:fast                        everything but the browsers and what takes long
 *   npm test -- --grep 'a word'              what mocha understands is passed on
 *   npm test -- test/rooms/*.test.ts         only these files
 *   npx mocha test/rooms/room.test.ts        one file without this script
 *
 * One process gets the files with browsers, so that one Chromium runs at a time. The others are divided so that the processes take about
 * equally long, by what each file took in the last run (test-results/durations.json). The processes part the UDP ports
 * of their media engines by TEST_LANE (test/support/udp-ports.ts). Prints file by file, then the failures, the slowest files and
 * one line of summary.
 *
 * Where few files fail, each of them runs once more by itself, with the machine to itself: what passes then is listed, and is no failure.
 * Nor is what a test leaves open: it is listed with the files that left it, and a process that does not end is ended.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const durationsFile = 'test-results/durations.json';
const slowestShown = 10;
/** How long a process may take to end after its last test, in ms. Servers of tests have timers of a minute. */
const endsWithinMs = 75_000;
/** With more files that fail, something is broken, and none of them runs again. */
const fewFiles = 5;
/** They use the browser, or the processor for long. */
const heavy = /^test\/(?:browser|soak)\/|^test\/examples\/(?:openvidu|pages)\.|^test\/scripts\/(?:package|prepare)\./;
/** What one process gets: they start a browser. */
const together = /^test\/browser\/|^test\/examples\/(?:openvidu|pages)\./;
/** Seconds that files took somewhere else, for those that have not been run here yet. Files that took less than four are not in it. */
const recorded = JSON.parse(readFileSync('test/durations.json', 'utf8'));
/** CPU that `work` takes at most on a quick machine, in ms. */
const quickMs = 180;
/** Seconds of any other file. */
const guess = 0.7;

const args = process.argv.slice(2);
const isFast = args.includes('--fast');
const named = args.filter((arg) => /^test\/.*\.test\.ts$/.test(arg));
const options = args.filter((arg) => arg !== '--fast' && !named.includes(arg));

const begun = performance.now();
const durations = readDurations();
const files = named.length > 0 ? named : testFiles().filter((file) => !isFast || !heavy.test(file));
const lanes = divide(files).map((part, index) => new Promise((resolve) => run(part, index, resolve)));
const results = await Promise.all(lanes);
const failed = results.flatMap((result) => result.failed ?? []);
/** What the files did alone that had failed beside others. */
const again = [];
if (files.length > 1 && failed.length <= fewFiles && results.every(({ stats }) => stats)) {
  for (const file of failed) again.push(await new Promise((resolve) => run([file], 0, resolve)));
}
writeDurations();
report();

/** @returns one list of files for each process */
function divide(all) {
  // Tests look whether a media server holds more than before, so no others may use it at the same time.
  if (process.env.KMS_URIS) return [all];
  const others = all.filter((file) => !together.test(file));
  const lanes = [all.filter((file) => together.test(file)), [], ...(cpuOf(work) < quickMs ? [[]] : [])];
  const parts = lanes.map((files) => ({ files }));
  for (const part of parts) part.seconds = sum(part.files.map(expected));
  for (const file of others.sort((one, other) => expected(other) - expected(one))) {
    const shorter = parts.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    shorter.files.push(file);
    shorter.seconds += expected(file);
  }
  return parts.map(({ files: part }) => part).filter((part) => part.length > 0);
}

/** What the tests do much of, so that a machine can be told from another. */
function work() {
  for (let round = 0; round < 60; round += 1) {
    const list = Array.from({ length: 5000 }, (_, index) => ({ id: index * round, name: `${index}` }));
    JSON.parse(JSON.stringify(list));
  }
}

/** In ms, which others on the machine change little. */
function cpuOf(run) {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function expected(file) {
  return durations[file] ?? recorded[file] ?? guess;
}

/** Runs the files in a group of processes of their own, so that a signal reaches the lane only through this process. */
function run(part, index, done) {
  // Mocha's own command starts a process of its own for tsx, which would know nothing of the channel to this one.
  const command = join(dirname(fileURLToPath(import.meta.resolve('mocha'))), 'lib/cli/cli.js');
  const mocha = [command, '--reporter', 'scripts/test-reporter.mjs'];
  const color = process.stdout.isTTY ? ['--color'] : [];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', ...mocha, '--file', 'test/support/compiled-engine.ts', ...color, ...options, ...part],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, TEST_LANE: String(index), TEST_COMPILED: '1' },
      detached: true,
    },
  );
  const result = { seconds: {} };
  let ending;
  child.on('message', ({ file, text, ms, stats, failures, failed, open }) => {
    if (open) result.open = open;
    else if (stats) {
      Object.assign(result, { stats, failures, failed });
      // A test may have left something that would keep the process for ever.
      ending = setTimeout(() => kill(child, 'SIGKILL'), endsWithinMs);
    } else {
      process.stdout.write(text);
      result.seconds[file] = (result.seconds[file] ?? 0) + ms / 1000;
    }
  });
  const onSignal = (signal) => {
    process.exitCode = 1;
    kill(child, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  child.on('close', (code, signal) => {
    clearTimeout(ending);
    for (const each of signals) process.off(each, onSignal);
    done(Object.assign(result, { code, signal }));
  });
}

/** Its engines and servers with it. */
function kill({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

function report() {
  for (const { failures = '' } of results) process.stdout.write(failures);
  const times = Object.entries(Object.assign({}, ...results.map(({ seconds }) => seconds)));
  const slowest = times.sort(([, one], [, other]) => other - one).slice(0, slowestShown);
  if (files.length > 1) {
    say('\nThe slowest files:');
    for (const [file, seconds] of slowest) say(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
  }
  const isMended = again.length > 0 && again.every(({ code }) => code === 0);
  if (isMended) say(`\nFailed beside others, and passed alone: ${failed.join(', ')}`);
  else for (const { failures = '' } of again) process.stdout.write(failures);
  // A process whose tests failed has no code of its own to tell, and what a test left open says nothing against the server.
  const broken = results.filter(
    ({ code, stats, failed: of = [] }) => !stats || (code > 0 && of.length === 0) || (of.length > 0 && !isMended),
  );
  for (const { code, signal, stats, open = [] } of results) {
    if (!stats) say(`\nA process of the tests ended with ${signal ?? `code ${code}`} before its report.`);
    else if (open.length > 0) say(`\nThe tests of a process were over, and it still had: ${open.join('; ')}`);
    if (stats && signal) say('\nA process of the tests did not end by itself: something was left open.');
  }
  const total = (what) => sum(results.map(({ stats }) => stats?.[what] ?? 0));
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  const alone = isMended ? ' beside others and not alone' : '';
  say(
    `\n${total('passes')} passing, ${total('failures')} failing${alone}, ${total('pending')} pending, in ${minutes} minutes`,
  );
  if (broken.length > 0) process.exitCode = 1;
}

function testFiles() {
  const all = readdirSync('test', { recursive: true }).map((path) => `test/${path.replaceAll('\\', '/')}`);
  return all.filter((path) => path.endsWith('.test.ts')).sort();
}

function readDurations() {
  try {
    return JSON.parse(readFileSync(durationsFile, 'utf8'));
  } catch {
    return {};
  }
}

function writeDurations() {
  // A run of single tests says nothing about its file.
  if (options.length > 0 || process.exitCode) return;
  const seconds = Object.assign({}, ...results.map((result) => result.seconds));
  mkdirSync(dirname(durationsFile), { recursive: true });
  writeFileSync(durationsFile, `${JSON.stringify({ ...durations, ...seconds }, undefined, 2)}\n`);
}

function sum(numbers) {
  return numbers.reduce((one, other) => one + other, 0);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
