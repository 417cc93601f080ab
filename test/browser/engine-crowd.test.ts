import type { Page } from 'playwright-core';
import { useStage } from './engine-stage.js';

/** Small pictures at a low rate, because one machine encodes and decodes all of them. */
const small = { size: [160, 120], frameRate: 6 } as const;

describe('rooms of several through the embedded engine', function () {
  this.timeout(120_000);
  const stage = useStage();

  for (const count of [2, 5]) {
    it(`${count} see and hear each other`, async () => {
      const people = Array.from({ length: count }, (_value, index) => `p${index + 1}`);
      const page = await stage.openPage();
      for (const name of people) await stage.negotiate(page, name, { role: 'publish', ...small });
      const calls: string[] = [];
      for (const name of people) {
        const others = people.filter((other) => other !== name);
        await Promise.all(
          others.map((source) => {
            calls.push(`${name} sees ${source}`);
            return stage.negotiate(page, `${name} sees ${source}`, { role: 'subscribe', source });
          }),
        );
      }
      await playing(page, calls);
    });
  }

  async function playing(page: Page, names: readonly string[]): Promise<void> {
    // Many pages check at the same time.
    await Promise.all(names.map((name) => stage.expectPlaying(page, name, 3, 500)));
  }
});
