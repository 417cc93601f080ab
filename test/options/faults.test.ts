import { expect } from 'chai';
import { z } from 'zod';
import { read } from '../../options/faults.js';

describe('what is said of a value that does not fit', () => {
  const page = z.object({
    room: z.string(),
    limit: z.int().min(1).max(100),
    size: z.number().positive().optional(),
    at: z.union([z.int(), z.string().min(1)]).nullish(),
    order: z.enum(['name', 'age']).optional(),
    target: z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('ALL') }),
        z.object({ type: z.literal('NAME'), name: z.string() }),
      ])
      .optional(),
    tags: z.array(z.string()).max(4).optional(),
  });
  const said = (given: unknown): string => {
    const result = read(page, given, 'the query');
    return result.success ? 'nothing' : result.faults;
  };
  const beside = { room: 'a', limit: 1 };

  for (const [given, words] of [
    [beside, 'nothing'],
    [{ room: 1, limit: 1 }, '"room" must be text'],
    [{ room: 'a' }, '"limit" is missing: it must be a whole number from 1 to 100'],
    [{ room: 'a', limit: 0 }, '"limit" must be a whole number from 1 to 100'],
    [{ room: 'a', limit: 1.5 }, '"limit" must be a whole number from 1 to 100'],
    [{ room: 'a', limit: 'many' }, '"limit" must be a whole number from 1 to 100'],
    [{ room: null, limit: 1e99 }, '"room" must be text; "limit" must be a whole number from 1 to 100'],
    [{ ...beside, size: -1 }, '"size" must be a number above 0'],
    [{ ...beside, at: true }, '"at" must be a number or text'],
    [{ ...beside, at: '' }, '"at" must not be empty'],
    [{ ...beside, order: 'size' }, '"order" must be name or age'],
    [{ ...beside, target: 'x' }, '"target" must be an object'],
    [{ ...beside, target: {} }, '"target.type" is missing: it must be ALL or NAME'],
    [{ ...beside, target: { type: 'NAME', name: [] } }, '"target.name" must be text'],
    [{ ...beside, tags: ['a', 'b', 'c', 'd', 'e'] }, '"tags" must have at most 4 items'],
    [[], 'the query must be an object'],
    [undefined, 'the query must be an object'],
  ] as const) {
    it(`is: ${words} (${(JSON.stringify(given) as string | undefined) ?? 'undefined'})`, () => {
      expect(said(given)).to.equal(words);
    });
  }

  it('is short, however much is wrong', () => {
    const many = read(
      z.array(z.string()),
      Array.from({ length: 1000 }, () => 7),
      'the list',
    );
    expect(many.success ? '' : many.faults).to.equal(
      '"0" must be text; "1" must be text; "2" must be text; and 997 more',
    );
    const names = read(z.record(z.string(), z.string()), { ['x'.repeat(10_000)]: 1 }, 'it');
    expect(names.success ? '' : names.faults).to.have.lengthOf.at.most(200);
  });
});
