import { expect } from 'chai';
import { readinessAnswer } from '../../rest/health.js';
import { EventLoopDelays } from '../../src/event-loop-delays.js';
import { readinessOf } from '../../src/readiness.js';
import type { ReadinessSources } from '../../src/readiness.js';

const well: ReadinessSources = {
  isStarted: true,
  draining: { isUnderWay: false },
  delays: { areLong: false },
  mediaServers: undefined,
  node: undefined,
};

describe('Whether clients should be sent to a server', () => {
  const answered = (sources: Partial<ReadinessSources>) => readinessAnswer(readinessOf({ ...well, ...sources }));

  it('is said with all the reasons why not', () => {
    expect(answered({})).to.deep.equal({ status: 200, body: { ready: true } });
    const reasons = ['starting', 'draining', 'no-media', 'event-loop', 'redis'];
    const ill = answered({
      isStarted: false,
      draining: { isUnderWay: true },
      mediaServers: [{ up: false }],
      delays: { areLong: true },
      node: { readiness: { reasons: ['redis'], isWaiting: false } },
    });
    expect(ill).to.deep.equal({ status: 503, body: { ready: false, reasons } });
  });

  it('is yes as long as one media server is there', () => {
    expect(answered({ mediaServers: [{ up: false }, { up: true }] }).status).to.equal(200);
  });

  it('is yes while a node waits for Redis for a moment, which other nodes are told', () => {
    const waiting = answered({ node: { readiness: { reasons: [], isWaiting: true } } });
    expect(waiting).to.deep.equal({ status: 200, body: { ready: true, waiting: true } });
  });
});

describe('The delays of the event loop', () => {
  let now = 0;
  let worstMs = 0;
  const delays = new EventLoopDelays({ percentile: () => worstMs * 1e6, reset: () => undefined }, () => now);
  const look = (afterMs: number, ms: number) => {
    now += afterMs;
    worstMs = ms;
    delays.look();
    return delays.areLong;
  };

  it('are long when they are over 1 s for 10 s, and not before', () => {
    expect(look(1_000, 5)).to.equal(false);
    // One long step, as a large room that is taken over.
    expect(look(4_000, 4_000)).to.equal(false);
    expect(look(1_000, 5)).to.equal(false);
    for (let second = 0; second < 4; second += 1) expect(look(2_000, 2_000)).to.equal(false);
    expect(look(2_000, 2_000)).to.equal(true);
    expect(look(1_000, 5), 'it is well again').to.equal(false);
  });
});
