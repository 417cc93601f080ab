import { expect } from 'chai';
import { doors } from './doors.js';
import { sleep } from './sleep.js';

/** Between two pings, in ms, at each door. */
const pingMs = 600;
const ping = String(pingMs);
const silence = String(pingMs * 3);

describe('A server that its system stops for a while', function () {
  this.timeout(60_000);

  // `npm run soak:sleep` does the same with the times of every day.
  it('throws nobody out, at any door: they are where they were', async () => {
    const after = await sleep({
      env: {
        PING_MS: ping,
        CONCIERGE_PING_MS: ping,
        CONCIERGE_SILENCE_MS: silence,
        COMPEIT_HEARTBEAT_INTERVAL_MS: ping,
        COMPEIT_HEARTBEAT_TIMEOUT_MS: silence,
        COMPEIT_CLOSE_TIMEOUT_MS: silence,
        COMPEIT_POLL_MS: ping,
        SESSION_GRACE_MS: '1',
      },
      program: ['--import', 'tsx', 'test/doors/server-program.ts'],
      pingMs,
      // All clients would be taken for gone two times over.
      stoppedMs: 4_000,
      awakeMs: pingMs * 4,
    });
    expect(after).to.deep.equal({ clients: doors.length, thrownOut: [], notServed: [] });
  });
});
