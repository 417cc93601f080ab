import { expect } from 'chai';
import { Visitor, doors } from './doors.js';
import { ask } from './line.js';
import { DoorStage } from './stage.js';

const limit = 2;

/** One IPv6 client has all of these. */
const addresses = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::3'];
const elsewhere = '2001:db8:0:2::1';

const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

describe('A limit for an address counts an IPv6 network of 64 bits as one', () => {
  describe('for the clients', () => {
    const stage = new DoorStage({
      trustedProxies: ['loopback'],
      easyrtc: { maxConnectionsPerAddress: limit },
      compeit: { maxSessionsPerAddress: limit },
    });
    before(() => stage.start());
    after(() => stage.stop());
    afterEach(() => stage.empty());

    for (const wanted of ['EasyRTC, WebSocket, Engine.IO 4', 'COMPEIT 0.9, polling', 'COMPEIT 0.9, WebSocket']) {
      it(`of one protocol: ${wanted}`, async () => {
        const door = doors.find(({ name }) => name === wanted);
        if (!door) throw new Error('there is such a door');
        const comesIn = async (address: string): Promise<boolean> => {
          try {
            const visitor = stage.keep(new Visitor(await door.open(stage.origin, from(address)), door.speech, 'Ana'));
            await door.speech.enter(visitor, 'hall');
            return true;
          } catch {
            return false;
          }
        };
        const came: boolean[] = [];
        for (const address of [...addresses, elsewhere]) came.push(await comesIn(address));
        expect(came).to.deep.equal([true, true, false, true]);
        await stage.empty();
        expect(await comesIn(addresses[2] ?? ''), 'when the others have gone').to.equal(true);
      });
    }
  });

  it('for plain requests behind a proxy', async () => {
    const stage = new DoorStage({ trustedProxies: ['loopback'], maxRequestRate: 1, maxRequestBurst: limit });
    await stage.start();
    const refused: boolean[] = [];
    for (const address of [...addresses, elsewhere]) {
      const { status } = await ask(`${stage.origin}/healthz`, from(address));
      refused.push(status === 429);
    }
    await stage.stop();
    expect(refused).to.deep.equal([false, false, true, false]);
  });
});
