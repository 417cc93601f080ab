import { expect } from 'chai';
import { QualityMeter, qualityOf, worstOf } from '../../client/quality.js';
import { MediaConnections } from '../../client/media-connections.js';
import { QualityReports, type Reported } from '../../client/quality-report.js';
import { Room } from '../../client/room.js';
import type { Session } from '../../client/session.js';
import type { ConnectionStatistics, MediaStatistics } from '../../client/statistics.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer, unknownSession } from './scripted-server.js';

const well = { loss: 0, roundTrip: 0.02, jitter: 0.004, frozen: 0 };

const nothing: MediaStatistics = {
  ...{ audioPackets: 0, videoPackets: 0, bytes: 0, packetsLost: 0, jitter: 0, frames: 0, frozen: 0 },
  ...{ keyFrames: 0, keyFrameRequests: 0, frameWidth: 0, frameHeight: 0, audioLevel: 0 },
};

describe('quality', () => {
  it('is as bad as the worst symptom', () => {
    expect(qualityOf(well)).to.equal('good');
    for (const [symptom, fair, poor] of [
      ['loss', 0.03, 0.1],
      ['roundTrip', 0.4, 0.7],
      ['jitter', 0.06, 0.2],
      ['frozen', 0.1, 0.5],
    ] as const) {
      expect(qualityOf({ ...well, [symptom]: fair }), symptom).to.equal('fair');
      expect(qualityOf({ ...well, [symptom]: poor }), symptom).to.equal('poor');
    }
  });

  it('of several is the worst that is known', () => {
    expect(worstOf([])).to.equal('unknown');
    expect(worstOf(['unknown', 'good'])).to.equal('good');
    expect(worstOf(['good', 'poor', 'fair'])).to.equal('poor');
  });

  it('is unknown after one reading, and forgets what was seconds ago', () => {
    const meter = new QualityMeter('received');
    const read = (at: number, packetsLost: number): string => {
      const received = { ...nothing, audioPackets: at / 10, packetsLost };
      const statistics: ConnectionStatistics = {
        ...{ state: 'connected', roundTrip: 0.02, cpuLimited: false, received, sent: nothing },
      };
      return meter.take({ at, statistics });
    };
    expect(read(0, 0)).to.equal('unknown');
    expect(read(2000, 100)).to.equal('poor');
    expect(read(4000, 100)).to.equal('poor');
    for (const at of [6000, 8000]) read(at, 100);
    expect(read(10_000, 100)).to.equal('good');
  });
});

const grown = (by: Partial<MediaStatistics>, at: number): MediaStatistics => ({
  ...nothing,
  ...Object.fromEntries(Object.entries(by).map(([name, value]) => [name, value * at])),
});

describe('a report of quality', () => {
  /** A connection that was read now and 10 s later. */
  function connection(
    side: 'sent' | 'received',
    by: Partial<MediaStatistics>,
    more: { readonly roundTrip?: number; readonly cpuLimited?: boolean; readonly stalled?: boolean } = {},
  ): { at: number; of: Reported } {
    const { roundTrip, cpuLimited = false, stalled = false } = more;
    const read: { at: number; of: Reported } = {
      at: 0,
      of: {
        ...{ side, stalled },
        get reading(): Reported['reading'] {
          const statistics: ConnectionStatistics = {
            ...{ state: 'connected', roundTrip, cpuLimited, sent: nothing, received: nothing },
            [side]: grown(by, read.at),
          };
          return { at: read.at * 10_000, statistics };
        },
      },
    };
    return read;
  }

  function reportOf(...connections: readonly { at: number; readonly of: Reported }[]) {
    const reports = new QualityReports();
    const all = connections.map(({ of }) => of);
    const first = reports.next(all);
    const idle = { loss: 0, rttMs: 0, kbps: 0 };
    expect([first.down, first.frozenMs]).to.deep.equal([idle, 0]);
    for (const each of connections) each.at = 1;
    return reports.next(all);
  }

  it('has what went both ways since the one before', () => {
    const report = reportOf(
      connection(
        'sent',
        { audioPackets: 500, videoPackets: 400, bytes: 1_250_000, packetsLost: 100 },
        { roundTrip: 0.05 },
      ),
      connection('received', { audioPackets: 500, bytes: 50_000, packetsLost: 0 }, { roundTrip: 0.03 }),
      connection('received', { videoPackets: 480, bytes: 450_000, packetsLost: 20 }, { roundTrip: 0.06 }),
    );
    expect(report).to.deep.equal({
      up: { loss: 0.1, rttMs: 50, kbps: 1000 },
      down: { loss: 0.02, rttMs: 60, kbps: 400 },
      ...{ frozenMs: 0, cpuLimited: false },
    });
  });

  it('takes pictures for frozen where none of them moves', () => {
    const moving = connection('received', { frames: 300, frozen: 0.2 });
    const frozen = connection('received', { frames: 20, frozen: 8 });
    const withoutCamera = connection('received', { audioPackets: 500 });
    expect(reportOf(frozen, withoutCamera).frozenMs).to.equal(8000);
    expect(reportOf(frozen, moving).frozenMs).to.equal(200);
  });

  it('says that the machine is too busy, and that nothing arrives of what is sent', () => {
    const busy = connection('sent', { audioPackets: 500 }, { cpuLimited: true });
    expect(reportOf(busy)).to.include({ cpuLimited: true });
    const stalled = connection('sent', { audioPackets: 500 }, { stalled: true });
    expect(reportOf(stalled).up.loss).to.equal(1);
    expect(reportOf(connection('received', { audioPackets: 5 }, { stalled: true })).down.loss).to.equal(0);
  });
});

describe('reports of quality', () => {
  inBrowserWorld();

  for (const features of [['quality'], []]) {
    it(features.length > 0 ? 'go to a server that wants them' : 'go to no other server', async () => {
      let report: unknown;
      const server = await ScriptedServer.start(({ method, params }) => {
        if (method === 'reportQuality') report = params;
        return { result: method === 'joinRoom' ? { value: [], features, sessionId: 'one' } : {} };
      });
      server.holdPings();
      const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
      await room.join();
      server.answerPings();
      await room.chat('mark');
      await room.chat('mark');
      const idle = { loss: 0, rttMs: 0, kbps: 0 };
      const nothingSent = { up: idle, down: idle, frozenMs: 0, cpuLimited: false };
      expect(report).to.deep.equal(features.length > 0 ? nothingSent : undefined);
      await room.leave();
      server.stop();
    });
  }

  it('are made every second ping, and not while the connection is lost', () => {
    let now = 0;
    const asked: string[] = [];
    const session = {
      ...{ clock: { now: () => now }, connected: true },
      request: (method: string) => {
        asked.push(`${method} at ${now}`);
        return Promise.resolve({});
      },
    };
    const connections = new MediaConnections(session as unknown as Session, {});
    connections.reportsQuality = true;
    for (now = 0; now <= 20_000; now += 5_000) connections.pinged();
    session.connected = false;
    now = 60_000;
    connections.pinged();
    expect(asked).to.deep.equal(['reportQuality at 0', 'reportQuality at 10000', 'reportQuality at 20000']);
  });
});

describe('what the server says of quality', () => {
  inBrowserWorld();

  it('is told when it changes, is that of participants, and is excellent again after the server was restarted', async () => {
    const server = await ScriptedServer.start(({ method }, visit) => {
      if (method === 'connect') return unknownSession;
      const value = [{ id: 'berta' }];
      return { result: method === 'joinRoom' ? { value, sessionId: `session ${visit.number}` } : {} };
    });
    const room = new Room({ url: server.url, room: 'garden', user: 'ana' });
    const told: string[] = [];
    room.on('participantQuality', (id, level) => told.push(`${id} ${level}`));
    await room.join();
    for (const [id, level] of [
      ['berta', 'poor'],
      ['berta', 'poor'],
      ['nobody', 'poor'],
      ['berta', 'dreadful'],
      ['ana', 'lost'],
    ] as const)
      server.visits[0]?.tell('participantQuality', { id, level });
    await until('all is told', () => told.length === 2);
    expect([room.participants.get('berta')?.connectionQuality, room.self.connectionQuality]).to.deep.equal([
      ...['poor', 'lost'],
    ]);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    server.visits[0]?.cut();
    await back;
    expect(told).to.deep.equal(['berta poor', 'ana lost', 'ana excellent', 'berta excellent']);
    await room.leave();
    server.stop();
  });
});
