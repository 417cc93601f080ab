/**
 * The reporter of one of the processes of `scripts/test.mjs`: the output of mocha's `spec`, sent to the parent file by file, so
 * that the lines of two processes do not mix. By itself (`mocha --reporter scripts/test-reporter.mjs`) it prints as `spec` does.
 *
 * Messages: `{ file, text, ms }` when a file is done, `{ stats, failures, failed }` at the end (`failed`: the files with failures), and
 * `{ open }` when the process has not ended a while later: what keeps it, and the files that left it.
 */
import { relative } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

const { Base, Spec } = Mocha.reporters;
const { EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Mocha.Runner.constants;

/** How long a process usually takes to end after its last test, in ms. */
const endsSoonMs = 10_000;
/** Standard streams and the channel to the parent, which keep no process. */
const harmless = new Set(['PipeWrap', 'TTYWrap']);

export default class FileReporter extends Spec {
  #text = '';
  /** What was open after each file: how many of each kind. */
  #openAfter = [];

  constructor(runner, options) {
    const send = process.send?.bind(process);
    if (send) {
      Base.consoleLog = (...args) => {
        this.#text += `${format(...args)}\n`;
      };
    }
    super(runner, options);
    if (!send) return;
    let begun = 0;
    const isOfFile = (suite) => suite.parent?.root === true;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (isOfFile(suite)) begun = performance.now();
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!isOfFile(suite)) return;
      send({ file: pathOf(suite), text: this.#take(), ms: performance.now() - begun });
      this.#openAfter.push({ file: pathOf(suite), counts: countOpen() });
    });
  }

  epilogue() {
    if (!process.send) {
      super.epilogue();
      return;
    }
    const { passes, pending, failures } = this.stats;
    this.#take();
    if (failures > 0) Base.list(this.failures);
    const failed = [...new Set(this.failures.map((test) => pathOf(test)))];
    process.send({ stats: { passes, pending, failures }, failures: this.#take(), failed });
    // A process that ends by itself never comes there.
    setTimeout(() => process.send({ open: this.#whatIsOpen() }), endsSoonMs).unref();
  }

  /** @returns a text for each kind, with the file from whose end on there were never fewer */
  #whatIsOpen() {
    return Object.entries(countOpen()).map(([kind, count]) => {
      const before = this.#openAfter.findLastIndex(({ counts }) => (counts[kind] ?? 0) < count);
      return `${count} ${kind}, since ${this.#openAfter[before + 1]?.file ?? 'the last file'}`;
    });
  }

  #take() {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

/** @returns how many of each kind keep this process */
function countOpen() {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) if (!harmless.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function pathOf({ file }) {
  return relative(process.cwd(), file);
}
