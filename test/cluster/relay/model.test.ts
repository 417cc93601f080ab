import { expect } from 'chai';
import { allRules, runModel } from './model.js';
import type { ModelRules } from './model.js';

/** Seeds that have found something, and what it was. */
const found = {
  'what was told outside of the room came after the answer that let the client in': [151, 820, 916, 1122, 2280],
  'a gateway that had seemed to be dead was not told what it had missed': [954, 963, 1676],
  'the log of a closed room did not say what it had lost': [1895, 2837],
  'a node kept a room that another one had taken and closed': [171],
  'a client came back to a session that had left its room, and was not told so': [2002],
  'a gateway that had seemed to be dead was told a part of what was due to it': [10451],
  'a line that had ended was forgotten before its gateway knew that it had begun': [10673],
  'a request was sent again over a line that had ended, and served again': [433, 10909],
  'a room was closed before what was told last was sent': [11200],
  'a client was there when its session ended because it seemed to be away, and was not told': [22286],
} satisfies Record<string, readonly number[]>;

/** How many runs, and where they begin: `RUNS=3000 SEED=1`. By hand, a seed that fails says more with `TRACE=1 RUNS=1`. */
const runs = Number(process.env.RUNS ?? 40);
const first = Number(process.env.SEED ?? 1);
/** How many of them with a Redis that loses writes. */
const losingRuns = Number(process.env.RUNS ?? 12);
const seeds = [
  ...Array.from({ length: runs }, (_, index) => first + index),
  ...(process.env.RUNS === undefined ? Object.values(found).flat() : []),
];

describe('Sessions over several nodes, in a model', function () {
  this.timeout(0);

  it('are told everything once, and served once, whatever goes wrong', async () => {
    const sums: Record<string, number> = {};
    const wrong: string[] = [];
    for (const seed of seeds) {
      const { faults, ...counts } = await runModel(seed);
      if (faults.length > 0) wrong.push(`seed ${seed}: ${faults.slice(0, 3).join('; ')}`);
      for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
    }
    if (process.env.RUNS !== undefined) process.stdout.write(`${JSON.stringify(sums)}\n`);
    expect(wrong).to.deep.equal([]);
    for (const happened of ['takeOvers', 'handOvers', 'resumptions', 'resends', 'lost']) {
      expect(sums[happened], happened).to.be.greaterThan(0);
    }
  });

  it('go on when Redis has lost its last writes, or everything, and the nodes live', async () => {
    const wrong: string[] = [];
    let failOvers = 0;
    for (let seed = first; seed < first + losingRuns; seed += 1) {
      const { faults, failOvers: count } = await runModel(seed, allRules, true);
      if (faults.length > 0) wrong.push(`seed ${seed}: ${faults.slice(0, 3).join('; ')}`);
      failOvers += count;
    }
    expect(wrong).to.deep.equal([]);
    expect(failOvers).to.be.greaterThan(0);
  });

  for (const [name, rule, from = 1] of [
    ['what is not answered is not sent again', { resends: false }],
    ['what was not heard is not read from the log', { readsGaps: false }],
    ['nobody reminds a gateway that is behind', { reminds: false }, 60],
    ['effects do not wait for their commit', { commitsFirst: false }],
    ['a commit that comes twice is executed twice', { isIdempotent: false }],
    ['a former owner may still write', { fences: false }],
    ['a client sends again what was answered', { heedsLastRequest: false }],
    ['what comes twice is served twice', { numbersActs: false }],
  ] satisfies [name: string, rule: Partial<ModelRules>, from?: number][]) {
    it(`notice when ${name}`, async () => {
      const wrong: number[] = [];
      for (let seed = from; seed < from + 60 && wrong.length === 0; seed += 1) {
        const { faults } = await runModel(seed, { ...allRules, ...rule });
        if (faults.length > 0) wrong.push(seed);
      }
      expect(wrong).to.have.length(1);
    });
  }
});
