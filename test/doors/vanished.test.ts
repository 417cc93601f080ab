import { expect } from 'chai';
import { until } from '../support/until.js';
import { doors, enter } from './doors.js';
import { Relay } from './relay.js';
import { DoorStage } from './stage.js';

const pingMs = 400;
/** What the server waits for a sign, in ms: two pings and a half. */
const silenceMs = 980;
const graceMs = 500;
/** What a busy machine may take in addition, in ms. */
const slackMs = 2_000;

/** The time of the server, and of the watchdog that a ping of the room protocol asks for. */
const heartbeats = {
  pingMs,
  kurentoRoom: { sessionGraceMs: graceMs },
  concierge: { pingMs, silenceMs },
  compeit: {
    heartbeatIntervalMs: pingMs,
    heartbeatTimeoutMs: silenceMs,
    closeTimeoutMs: silenceMs,
    pollMs: pingMs,
  },
};

describe('A phone that vanishes: its connection stays, and nothing comes through', function () {
  this.timeout(60_000);
  const stage = new DoorStage(heartbeats, {
    socketIoHeartbeat: { intervalMs: pingMs, timeoutMs: silenceMs - pingMs },
  });
  before(() => stage.start());
  after(() => stage.stop());

  it('leaves within two and a half pings and its grace, at each door', async () => {
    const relay = await Relay.to(stage.origin);
    try {
      for (const [index, door] of doors.entries()) {
        stage.keep(await enter(door, relay.url, { name: `phone${index}`, room: `room${index}` }));
      }
      expect(stage.clients).to.equal(doors.length);
      relay.mute();
      const isOver = (): boolean => stage.clients === 0 && stage.rooms.names.length === 0;
      await until('all have left', isOver, silenceMs + graceMs + slackMs).catch((error: unknown) => {
        throw new Error(`left: ${JSON.stringify([stage.remains, stage.rooms.names])}`, { cause: error });
      });
    } finally {
      relay.close();
      await stage.empty();
    }
  });
});

describe('A phone that vanishes, although it pings', () => {
  // The pings of the server are too rare to notice anything.
  const stage = new DoorStage({ kurentoRoom: { sessionGraceMs: graceMs } });
  let relay: Relay;
  before(async () => {
    await stage.start();
    relay = await Relay.to(stage.origin);
  });
  after(async () => {
    relay.close();
    await stage.empty();
    await stage.stop();
  });

  it('leaves within three of the intervals that it named, and its grace', async () => {
    const [door] = doors;
    if (!door) throw new Error('the room protocol is the first');
    const phone = stage.keep(await enter(door, relay.url, { name: 'phone' }));
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 'ping', method: 'ping', params: { interval: pingMs } });
    phone.line.send(ping);
    await phone.next(door.speech.answer);
    const pinging = setInterval(() => {
      phone.line.send(ping);
    }, pingMs);
    relay.mute();
    try {
      const most = 3 * pingMs + graceMs + slackMs;
      await until('it has left', () => stage.clients === 0 && stage.rooms.names.length === 0, most);
    } finally {
      clearInterval(pinging);
    }
  });
});
