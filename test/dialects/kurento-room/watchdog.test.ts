import { expect } from 'chai';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { silenceMs } from '../../../dialects/session-layer/watchdog.js';

describe('Kurento Room §1.4 the silence that a connection may keep', () => {
  it('is three intervals', () => {
    expect(silenceMs(5_000)).to.equal(15_000);
    expect(silenceMs(3_000)).to.equal(9_000);
  });

  it('is of 20 s intervals when the interval is missing or no number', () => {
    expect(silenceMs(undefined)).to.equal(60_000);
    expect(silenceMs(Number.NaN)).to.equal(60_000);
  });

  it('is of 0.5 s for shorter intervals and of 10 min for longer ones', () => {
    expect(silenceMs(1)).to.equal(1_500);
    expect(silenceMs(-5_000)).to.equal(1_500);
    expect(silenceMs(86_400_000)).to.equal(1_800_000);
  });
});

/** The shortest interval that a client can announce, in ms. */
const interval = 500;

describe('Kurento Room §1.4 a connection', () => {
  let stack: RoomStack;
  let ana: RpcClient;

  beforeEach(async () => {
    stack = new RoomStack();
    ana = await RpcClient.connect(await stack.start());
  });
  afterEach(async () => {
    await stack.stop();
  });

  it('is closed with 1000 when pings stop coming for three of the intervals it announced', async () => {
    await ana.request('ping', { interval });
    await ana.refusal('nothing');
    expect(stack.openConnections).to.equal(1);
    expect(await ana.closed).to.equal(1000);
  });

  it('stays open while pings come, and the interval of a later one changes nothing', async () => {
    const begun = performance.now();
    for (let pings = 0; performance.now() - begun < 2 * silenceMs(interval); pings += 1) {
      await ana.request('ping', { interval: pings === 0 ? interval : 600_000 });
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
    expect(stack.openConnections).to.equal(1);
    expect(await ana.closed).to.equal(1000);
  });
});
