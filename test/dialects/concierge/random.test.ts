import { expect } from 'chai';
import fc from 'fast-check';
import type { ConciergeClient } from './concierge-client.js';
import { nothingRemains, useStage } from './stage.js';

const names = ['ada', 'grace', 'eve'];
const groups = ['lab', '__proto__'];
const versions = ['0.1.0', '0.1.1', '0.2.0'];

/** One step: the client, what it does, and with which group. */
const step = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom(
    ...['come', 'come', 'go', 'cut', 'create', 'create', 'delete', 'subscribe', 'subscribe', 'unsubscribe'],
    ...['toGroup', 'toName', 'toAll', 'fetch', 'rubbish', 'outsider joins', 'outsider says', 'outsider leaves'],
  ),
  group: fc.constantFrom(...groups),
  version: fc.constantFrom(...versions),
});

function request(what: string, group: string, isServices: boolean): unknown {
  const named = isServices ? { service: group } : { name: group };
  const prefix = isServices ? 'SERVICE' : 'GROUP';
  switch (what) {
    case 'create':
      return { type: `${prefix}_CREATE`, ...named };
    case 'delete':
      return { type: `${prefix}_DELETE`, ...named };
    case 'subscribe':
      return { type: 'SELF_SUBSCRIBE', ...named };
    case 'unsubscribe':
      return { type: 'SELF_UNSUBSCRIBE', ...named };
    case 'toGroup':
      return { type: 'MESSAGE', target: { type: prefix, [prefix.toLowerCase()]: group }, data: 'text' };
    case 'toName':
      return { type: 'MESSAGE', target: { type: 'NAME', name: 'ada' }, data: [1] };
    case 'toAll':
      return { type: 'MESSAGE', target: { type: 'ALL' }, data: null };
    case 'fetch':
      return { type: `${prefix}_FETCH_ALL` };
    default:
      return '{"type":"?"';
  }
}

/** RUNS=2000 for the long run. */
const runs = Number(process.env.RUNS ?? 400);

describe('Concierge, whatever clients and outsiders do', function () {
  this.timeout(300_000);
  const stage = useStage();

  it(`${runs} seeded sequences: every request is answered once and in order, and nothing is left`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const present = new Map<number, { client: ConciergeClient; isServices: boolean; sent: number }>();
        const outsiders = stage.outsiders();
        for (const { who, what, group, version } of steps) {
          const known = present.get(who);
          if (what.startsWith('outsider')) outsiders.do(what.slice(9), group);
          else if (what === 'come' && !known) {
            const client = await stage.identify(names[who] ?? '', { version });
            present.set(who, { client, isServices: version === '0.2.0', sent: 0 });
          } else if (!known) continue;
          else if (what === 'go' || what === 'cut') {
            present.delete(who);
            if (what === 'cut') known.client.cut();
            await known.client.close();
            // Its name is free when the server has seen it go.
            await stage.settled(present.size);
          } else if (what !== 'come') {
            known.client.send(request(what, group, known.isServices));
            known.sent += 1;
          }
        }
        for (const { client, sent } of present.values()) {
          const heard = await client.all();
          const numbers = heard.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
          expect(numbers).to.deep.equal(Array.from({ length: sent }, (_, index) => index));
        }
        outsiders.leave();
        await stage.empty();
        expect(stage.remains).to.deep.equal(nothingRemains);
        expect(stage.defects).to.deep.equal([]);
      }),
      { numRuns: runs, seed: 20261121 },
    );
  });
});
