import { expect } from 'chai';
import type { CarriedMedia } from '../../media/port.js';
import { Rooms, noGrants, roles, roomsRecordSchema } from '../../rooms/index.js';
import type { Participant, QualityLevel, QualityReport, RoomEvent } from '../../rooms/index.js';
import { Quality, levelOf } from '../../rooms/quality.js';
import { FakeMedia } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { attributesOf, joinAtOnce, publish } from './stage.js';

const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=mid:0\r\na=sendrecv\r\n';
const way = { loss: 0, rttMs: 20, kbps: 900 };
const well: QualityReport = { up: way, down: way, frozenMs: 0, cpuLimited: false };
const reports = {
  excellent: well,
  good: { ...well, down: { ...way, loss: 0.05 } },
  poor: { ...well, up: { ...way, rttMs: 900 } },
};
type Word = keyof typeof reports;

describe('the level of one reading', () => {
  it('is as bad as the worst of both ways, and a limit itself is still within', () => {
    for (const side of ['up', 'down'] as const) {
      const of = (change: Partial<typeof way>) => levelOf({ ...well, [side]: { ...way, ...change } }, undefined);
      expect([of({ loss: 0.02 }), of({ loss: 0.021 }), of({ loss: 0.08 }), of({ loss: 0.081 })], side).to.deep.equal([
        ...['excellent', 'good', 'good', 'poor'],
      ]);
      expect([of({ rttMs: 250 }), of({ rttMs: 251 }), of({ rttMs: 600 }), of({ rttMs: 601 })], side).to.deep.equal([
        ...['excellent', 'good', 'good', 'poor'],
      ]);
    }
    expect([1_000, 1_001].map((frozenMs) => levelOf({ ...well, frozenMs }, undefined))).to.deep.equal([
      'excellent',
      'poor',
    ]);
  });

  it('counts what the media server has seen, which knows better what was lost on the way to it', () => {
    expect(levelOf(well, { packetsIn: 100, loss: 0.1 })).to.equal('poor');
    expect(levelOf(well, { packetsIn: 100, loss: 0, roundTripMs: 300 })).to.equal('good');
    expect(levelOf(reports.good, { packetsIn: 100, loss: 0 })).to.equal('excellent');
  });
});

describe('the level of a participant', () => {
  function after(...words: readonly Word[]): QualityLevel {
    const quality = new Quality();
    for (const [index, word] of words.entries()) quality.take(reports[word], undefined, index * 10_000);
    return quality.level;
  }

  it('changes after two readings in a row, to the one that is nearer', () => {
    expect(after('poor')).to.equal('excellent');
    expect(after('poor', 'excellent', 'poor')).to.equal('excellent');
    expect(after('poor', 'poor')).to.equal('poor');
    expect(after('poor', 'good')).to.equal('good');
    expect(after('poor', 'poor', 'excellent')).to.equal('poor');
    expect(after('poor', 'poor', 'excellent', 'good')).to.equal('good');
    expect(after('poor', 'poor', 'excellent', 'excellent')).to.equal('excellent');
  });

  it('is lost after 5 s without a message and a packet, and after one sign what it was', () => {
    const quality = new Quality('good');
    const look = (silentMs: number, server?: CarriedMedia): QualityLevel => {
      quality.look(silentMs, server);
      return quality.level;
    };
    expect(look(4_999)).to.equal('good');
    expect(look(5_000, { packetsIn: 1, loss: 0 })).to.equal('good');
    expect(look(5_000, { packetsIn: 0, loss: 0 })).to.equal('lost');
    expect(look(100)).to.equal('good');
    expect(look(9_000)).to.equal('lost');
    quality.take(reports.good, undefined, 0);
    expect(quality.level).to.equal('good');
  });

  it('is known with its last 60 readings', () => {
    const quality = new Quality();
    for (let index = 0; index < 70; index += 1) quality.take({ ...well, frozenMs: index }, undefined, index * 10_000);
    expect(quality.readings.map(({ frozenMs }) => frozenMs)).to.deep.equal(
      Array.from({ length: 60 }, (_, i) => i + 10),
    );
  });
});

describe('quality in a room', () => {
  let media: FakeMedia;
  let time: ManualTime;
  let rooms: Rooms;
  let told: Map<string, RoomEvent[]>;
  let now: number;
  const client = { silentMs: 0 };

  beforeEach(() => {
    media = new FakeMedia();
    told = new Map();
    now = 0;
    client.silentMs = 0;
    begin();
  });

  function begin(): void {
    time = new ManualTime();
    rooms = new Rooms(media, { now: () => now, later: time.later });
  }

  function outbox(id: string): (event: RoomEvent) => void {
    const events: RoomEvent[] = [];
    told.set(id, events);
    return (event) => events.push(event);
  }

  function join(id: string, grants = roles.PUBLISHER): Participant {
    const bearer = { grantsIn: () => grants };
    return joinAtOnce(rooms, 'r', { id, attributes: attributesOf(id), bearer }, () => outbox(id));
  }

  function report(participant: Participant, ...words: readonly Word[]): void {
    for (const word of words) {
      now += 10_000;
      participant.reportQuality(reports[word], client);
    }
  }

  /** What somebody was told of quality. */
  const heard = (id: string): string[] =>
    (told.get(id) ?? []).flatMap((event) =>
      event.type === 'qualityChanged' ? `${event.participant.id} ${event.level}` : [],
    );

  it('is told to everybody when it changes, and to newcomers while it is not excellent', () => {
    const [ana, ben] = [join('ana'), join('ben')];
    report(ana, 'poor', 'poor', 'poor', 'excellent');
    report(ben, 'good', 'good');
    expect(heard('ana')).to.deep.equal(['ana poor', 'ben good']);
    expect(heard('ben')).to.deep.equal(['ana poor', 'ben good']);
    join('carl');
    expect(heard('carl')).to.deep.equal(['ana poor', 'ben good']);
    report(ana, 'excellent');
    ben.leave();
    expect(heard('carl')).to.deep.equal(['ana poor', 'ben good', 'ana excellent']);
    join('dora');
    expect(heard('dora')).to.deep.equal([]);
  });

  it('of a hidden participant is told to nobody', () => {
    join('ana');
    report(join('spy', { ...noGrants, roomJoin: true, hidden: true }), 'poor', 'poor');
    join('ben');
    expect(['ana', 'spy', 'ben'].map(heard)).to.deep.equal([[], [], []]);
  });

  it('is lost while its client is silent, and is looked at no more once it has left', () => {
    const ana = join('ana');
    join('ben');
    expect(time.waits).to.deep.equal([]);
    report(ana, 'excellent');
    client.silentMs = 2_000;
    time.pass();
    expect(time.waits, 'until 5 s are over').to.deep.equal([3_000]);
    client.silentMs = 5_000;
    time.pass();
    client.silentMs = 0;
    time.pass();
    expect(heard('ben')).to.deep.equal(['ana lost', 'ana excellent']);
    ana.leave();
    expect(time.waits).to.deep.equal([]);
  });

  it('is joined with what the media server tells of its streams, and nobody pays for the loss of somebody else', async () => {
    const [ana, ben] = [join('ana'), join('ben')];
    await publish(ana, offer);
    await ben.subscribe(ana, offer);
    const [published, received] = media.endpoints;
    if (!published || !received) throw new Error('there are two endpoints');
    published.carried = { packetsIn: 500, loss: 0.1 };
    received.carried = { packetsIn: 0, loss: 0.11, roundTripMs: 40 };
    report(ana, 'excellent', 'excellent');
    report(ben, 'excellent', 'excellent');
    expect(heard('ben')).to.deep.equal(['ana poor']);
    expect(ana.quality?.readings.at(-1)?.server).to.deep.equal({ packetsIn: 500, loss: 0.1 });
    client.silentMs = 60_000;
    time.pass();
    expect(heard('ben'), 'packets of Ana still come').to.deep.equal(['ana poor', 'ben lost']);
  });

  it('is refused when it is reported more than 5 times in 10 s', () => {
    const ana = join('ana');
    for (let count = 0; count < 5; count += 1) ana.reportQuality(well, client);
    now = 4_000;
    expect(() => {
      ana.reportQuality(well, client);
    })
      .to.throw()
      .that.deep.includes({ code: 'too-many', details: { retryAfterMs: 6_000 } });
    now = 10_000;
    ana.reportQuality(well, client);
    expect(ana.quality?.readings).to.have.lengthOf(6);
  });

  it('goes on after a restart with the same level, and with new readings', () => {
    report(join('ana'), 'poor', 'poor');
    const record: unknown = JSON.parse(JSON.stringify(rooms.record(() => 'a session')));
    rooms.letGo();
    expect(time.waits).to.deep.equal([]);
    begin();
    rooms.restore(roomsRecordSchema.parse(record), ({ id }) => ({ outbox: outbox(id) }));
    const ana = rooms.find('r')?.find('ana');
    if (!ana) throw new Error('Ana is not there');
    expect(ana.quality).to.include({ level: 'poor' });
    expect(ana.quality?.readings).to.deep.equal([]);
    join('ben');
    report(ana, 'excellent', 'excellent');
    expect(heard('ben')).to.deep.equal(['ana poor', 'ana excellent']);
  });
});
