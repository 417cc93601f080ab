import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { ServerProcess } from '../support/server-process.js';
import { doors, enter } from './doors.js';
import type { Visitor } from './doors.js';

/** Between two pings, in ms, at each door. */
const pingMs = 600;
/** All clients would be taken for gone two times over. */
const stoppedMs = 4_000;

const program = ['--import', 'tsx', 'test/doors/server-program.ts'];

describe('A server that its system stops for a while', function () {
  this.timeout(40_000);
  let server: ServerProcess;
  const visitors: Visitor[] = [];
  const pings: NodeJS.Timeout[] = [];

  before(async () => {
    const silence = String(pingMs * 3);
    const ping = String(pingMs);
    server = await ServerProcess.start(
      0,
      {
        PING_MS: ping,
        CONCIERGE_PING_MS: ping,
        CONCIERGE_SILENCE_MS: silence,
        COMPEIT_HEARTBEAT_INTERVAL_MS: ping,
        COMPEIT_HEARTBEAT_TIMEOUT_MS: silence,
        COMPEIT_CLOSE_TIMEOUT_MS: silence,
        COMPEIT_POLL_MS: ping,
        SESSION_GRACE_MS: '1',
      },
      program,
    );
  });
  after(async () => {
    for (const timer of pings) clearInterval(timer);
    for (const { line } of visitors) line.cut();
    await server.end('SIGKILL');
  });

  it('throws nobody out, at any door: they are where they were', async () => {
    const url = new URL(server.url).origin;
    for (const [index, door] of doors.entries()) {
      visitors.push(await enter(door, url, { name: `client${index}`, room: `room${index}` }));
    }
    const [room] = visitors;
    // The ping of the room protocol, with a watchdog of three intervals.
    const ping = (): void => {
      room?.line.send(JSON.stringify({ jsonrpc: '2.0', id: 'ping', method: 'ping', params: { interval: pingMs } }));
    };
    ping();
    pings.push(setInterval(ping, pingMs / 2));

    server.signal('SIGSTOP');
    await pause(stoppedMs);
    server.signal('SIGCONT');
    // A client that is taken for gone is so by then: it has three intervals.
    await pause(pingMs * 4);

    const gone = visitors.filter(({ line }) => line.isClosed).map(({ name }) => doors[Number(name.slice(6))]?.name);
    expect(gone).to.deep.equal([]);
    for (const visitor of visitors) {
      await visitor.ask();
      // Still a member of the room: what it says comes back to those who are there, or is not refused.
      visitor.line.send(visitor.speech.say(visitor, `room${visitor.name.slice(6)}`, 'hello'));
      await visitor.ask();
      expect(visitor.line.received.filter((packet) => visitor.speech.tooMany.test(packet))).to.deep.equal([]);
    }
  });
});
