import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  jobs: z.object({
    check: z.object({ steps: z.array(step) }),
    test: z.object({
      strategy: z.object({ matrix: z.object({ node: z.array(z.number()) }) }),
      steps: z.array(step),
    }),
  }),
});

describe('the workflow of CI', () => {
  const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const read = (): z.infer<typeof workflow> => workflow.parse(parse(file('.github/workflows/ci.yml')));

  it('runs for pull requests and for what lands on main', () => {
    const { on } = read();
    expect(on).to.have.property('pull_request');
    expect(on).to.have.deep.nested.property('push.branches', ['main']);
  });

  it('runs .ci/run, which runs npm test, on Node 20.19, 22, 24 and 26', () => {
    const { test } = read().jobs;
    expect(test.strategy.matrix.node).to.deep.equal([20.19, 22, 24, 26]);
    expect(test.steps).to.deep.include.members([
      { uses: 'actions/setup-node@v5', with: { 'node-version': '${{ matrix.node }}', cache: 'npm' } },
    ]);
    expect(test.steps.at(-1)?.run).to.equal('.ci/run');
    expect(file('.ci/run')).to.match(/^npm test$/m);
    expect(statSync(new URL('../../.ci/run', import.meta.url)).mode & 0o111, 'may be executed').to.not.equal(0);
  });

  it('runs the checks of a contributor', () => {
    expect(read().jobs.check.steps.at(-1)?.run).to.equal('npm run check');
  });

  it('begins with the oldest Node that package.json admits', () => {
    const { engines } = JSON.parse(file('package.json')) as { engines: { node: string } };
    expect(engines.node).to.equal(`>=${String(Math.min(...read().jobs.test.strategy.matrix.node))}`);
  });
});
