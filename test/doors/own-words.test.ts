import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import * as compeit from '../../dialects/compeit/messages.js';
import * as concierge from '../../dialects/concierge/messages.js';
import { errorCodes } from '../../dialects/easyrtc/errors.js';
import { requestsOf } from '../../dialects/easyrtc/requests.js';
import { requests } from '../../dialects/kurento-room/requests.js';
import { commands } from '../../dialects/orchestrator/messages.js';
import { expected } from '../../options/expected.js';
import { read } from '../../options/faults.js';
import { operations } from '../../rest/operations.js';
import { configOf } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';

/** The same inputs in each run; another number for other ones. */
const seed = Number(process.env.SEED ?? 20_261_128);
/** For each schema. */
const numRuns = Number(process.env.RUNS ?? 200);

/** As `read` writes it: what is wrong is named, and a sentence of ours follows. Several are separated by semicolons. */
const sentences =
  /^(("[^"]+"|params|the query|the argument|the payload) (is missing: it )?must [^;]+(; |$)|and \d+ more$)+$/;
/** Words of the schema library, and those of ours that say nothing. */
const foreign =
  /invalid|expected|received|too (small|big)|unrecognized|no matching|\bNaN\b|something else|of another form/i;

const words = fc.constantFrom(
  '',
  'x',
  'true',
  '-1',
  '7',
  'ALL',
  'NAME',
  'send_start',
  'receive_start',
  '\u202E',
  '__proto__',
);
const junk: fc.Arbitrary<unknown> = fc.oneof(
  words,
  fc.constantFrom(undefined, null, true, false, 0, -1, 1.5, 1e99, [], {}, [[]], [{}]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values of the shape that a schema has, with some of the members missing or wrong. */
function near(schema: unknown): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([name, inner]) => [name, near(inner)] as const);
    return fc.oneof(junk, fc.record(Object.fromEntries(members), { requiredKeys: [] }));
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return near(schema.unwrap());
  if (schema instanceof z.ZodArray) return fc.oneof(junk, fc.array(near(schema.element), { maxLength: 100 }));
  if (schema instanceof z.ZodPipe) return fc.oneof(near(schema.in), near(schema.out));
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(near));
  if (schema instanceof z.ZodLiteral) return fc.oneof(fc.constantFrom(...schema.values), junk);
  if (schema instanceof z.ZodString) return fc.oneof(fc.string(), junk);
  return junk;
}

function schemasIn(module: object): [string, z.ZodType][] {
  return Object.entries(module).flatMap(([name, each]: [string, unknown]) =>
    each instanceof z.ZodType ? [[name, each]] : [],
  );
}

describe('errors of every door', () => {
  const doors: Readonly<Record<string, readonly (readonly [string, z.ZodType, string])[]>> = {
    'REST API': Object.entries(operations).map(([name, { params }]) => [name, params, 'the query']),
    'room protocol': requests.map(({ name, params }) => [name, params, 'params']),
    COMPEIT: schemasIn(compeit).map(([name, schema]) => [name, schema, 'the argument']),
    Concierge: schemasIn(concierge).map(([name, schema]) => [name, schema, 'the payload']),
  };

  for (const [door, schemas] of Object.entries(doors)) {
    it(`are in our own words: ${door}`, () => {
      expect(schemas).not.to.have.lengthOf(0);
      for (const [name, schema, whole] of schemas) {
        fc.assert(
          fc.property(near(schema), (given) => {
            const result = read(schema, given, whole);
            if (result.success) return;
            // The names of members are ours, whatever words they are.
            const unnamed = result.faults.replaceAll(/"[^"]*"/g, '""');
            expect(result.faults, name).to.match(sentences);
            expect(unnamed, name).not.to.match(foreign);
          }),
          { seed, numRuns },
        );
      }
    });
  }

  it('are in our own words: the configuration, in its file', () => {
    for (const { option, variable } of optionList) {
      const { schema } = option;
      fc.assert(
        fc.property(near(schema), (given) => {
          const { error } = schema.safeParse(given, { error: expected });
          for (const { message } of error?.issues ?? []) expect(message, variable).not.to.match(foreign);
        }),
        { seed, numRuns },
      );
    }
  });

  it('are codes of the protocol: EasyRTC', () => {
    for (const [name, schema] of Object.entries(requestsOf(configOf().easyrtc))) {
      fc.assert(
        fc.property(near(schema), (given) => {
          const { error } = (schema as z.ZodType).safeParse(given);
          if (error) expect(errorCodes, name).to.include(error.issues[0]?.message);
        }),
        { seed, numRuns },
      );
    }
  });

  it('do not exist: the Orchestrator takes a field of the wrong type as absent', () => {
    for (const [name, schema] of Object.entries(commands)) {
      fc.assert(
        fc.property(near(schema), (given) => {
          const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
          expect(schema.safeParse(isObject ? given : {}).success, name).to.equal(true);
        }),
        { seed, numRuns },
      );
    }
  });
});
