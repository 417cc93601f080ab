import { expect } from 'chai';
import { mock } from 'node:test';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { Watchdog } from '../../../dialects/kurento-room/watchdog.js';

/** With a fake clock: the longest interval is half an hour. */
describe('Kurento Room §1.4 the watchdog of a connection', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  /** How long a client may be silent, in ms. */
  function patience(intervalMs: number | undefined): number {
    const ends: number[] = [];
    let waited = 0;
    new Watchdog(intervalMs, () => ends.push(waited));
    while (ends.length === 0) {
      mock.timers.tick(500);
      waited += 500;
    }
    return waited;
  }

  it('drops a client after three intervals', () => {
    expect(patience(5_000)).to.equal(15_000);
    expect(patience(3_000)).to.equal(9_000);
  });

  it('uses 20 s for an interval that is missing or no number', () => {
    expect(patience(undefined)).to.equal(60_000);
    expect(patience(Number.NaN)).to.equal(60_000);
  });

  it('uses 0.5 s for shorter intervals and 10 min for longer ones', () => {
    expect(patience(1)).to.equal(1_500);
    expect(patience(-5_000)).to.equal(1_500);
    expect(patience(86_400_000)).to.equal(1_800_000);
  });

  it('drops nobody after it was stopped', () => {
    let gaveUp = false;
    new Watchdog(1_000, () => (gaveUp = true)).stop();
    mock.timers.tick(10_000);
    expect(gaveUp).to.equal(false);
  });
});

/** With real sockets and a fake clock. */
describe('Kurento Room §1.4 a connection', () => {
  let stack: RoomStack;
  let url: string;

  beforeEach(async () => {
    stack = new RoomStack();
    url = await stack.start();
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(async () => {
    mock.timers.reset();
    await stack.stop();
  });

  it('is closed with 1000 when pings stop coming for three of the intervals it announced', async () => {
    const ana = await RpcClient.connect(url);
    await ana.request('ping', { interval: 2_000 });
    mock.timers.tick(5_999);
    await ana.refusal('nothing');
    expect(stack.openConnections).to.equal(1);
    mock.timers.tick(1);
    expect(await ana.closed).to.equal(1000);
  });

  it('stays open while pings come, and the interval of a later one changes nothing', async () => {
    const ana = await RpcClient.connect(url);
    await ana.request('ping', { interval: 2_000 });
    for (let times = 0; times < 10; times += 1) {
      mock.timers.tick(5_999);
      await ana.request('ping', { interval: 600_000 });
    }
    expect(stack.openConnections).to.equal(1);
    mock.timers.tick(6_000);
    expect(await ana.closed).to.equal(1000);
  });

  it('that never pings is not watched', async () => {
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'watch' });
    // RpcClient uses the same clock for its waits, so no request may be under way.
    mock.timers.tick(86_400_000);
    await ana.request('leaveRoom');
    expect(stack.openConnections).to.equal(1);
    ana.cut();
  });
});
