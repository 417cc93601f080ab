import { expect } from 'chai';
import fc from 'fast-check';
import type { Journal, Participant } from '../../rooms/index.js';
import { until } from '../support/until.js';
import { Play, action, prelude } from './play.js';

const runs = Number(process.env.RUNS ?? 100);
const seed = Number(process.env.SEED ?? 20_261_129);

/** Keeps what it is told as a store outside of the process does: as text, at the end of the turn. */
class Kept implements Journal {
  readonly rooms = new Map<string, Map<string, string>>();
  readonly #due = new Map<string, Map<string, (() => unknown) | undefined>>();
  readonly recordOf = ({ id }: Participant): unknown => ({ id });

  changed(room: string, field: string, record: (() => unknown) | undefined): void {
    const due = this.#due.get(room) ?? new Map<string, (() => unknown) | undefined>();
    this.#due.set(room, due);
    due.set(field, record);
  }

  closed(room: string): void {
    this.#due.delete(room);
    this.rooms.delete(room);
  }

  endOfTurn(): void {
    for (const [room, due] of this.#due) {
      const fields = this.rooms.get(room) ?? new Map<string, string>();
      this.rooms.set(room, fields);
      for (const [field, record] of due) {
        if (record) fields.set(field, JSON.stringify(record()));
        else fields.delete(field);
      }
    }
    this.#due.clear();
  }
}

describe('a journal of the rooms', () => {
  for (const [where, servers] of [
    ['one media server', ['ws://a']],
    ['two media servers', ['ws://a', 'ws://b']],
  ] as const) {
    it(`has after each turn what the rooms are on ${where}, whatever happens in them (${runs} runs)`, async function () {
      this.timeout(120_000);
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 60 }), async (actions) => {
          const kept = new Kept();
          const settle = (): void => {
            kept.endOfTurn();
          };
          const play = new Play({ journal: kept, settle, kept: () => kept.rooms }, servers);
          for (const each of prelude) await play.act(each);
          for (const [index, each] of actions.entries()) {
            await play.act(each);
            await play.check(`after action ${index}, ${JSON.stringify(each)}`);
          }
          play.rooms.close('the test is over');
          expect(kept.rooms.size).to.equal(0);
          await until('all is released', () => play.allocated === 0);
        }),
        { seed, numRuns: runs },
      );
    });
  }
});
