import { DisconnectReason, EgressStatus, ParticipantInfo_State, TrackSource, TrackType } from '@livekit/protocol';
import * as protocol from '@livekit/protocol';
import { expect } from 'chai';
import { recordingOf } from '../../events/recording.js';
import { ServerEvents } from '../../events/server-events.js';
import { Webhooks } from '../../events/webhooks.js';
import { WebhookBodies } from '../../events/webhook-body.js';
import { webhookNames } from '../../events/webhook-names.js';
import { Rooms, newSid, roles } from '../../rooms/index.js';
import type { Journal, Participant, RecordingFacts } from '../../rooms/index.js';
import { configOf } from '../../src/config.js';
import type { Config, GivenConfig } from '../../src/config.js';
import { FakeMedia } from '../support/fake-media.js';
import { ManualTime } from '../support/manual-time.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';

const administrator = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };
const offer = 'v=0\r\nm=audio 9 RTP 111\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=sendrecv\r\n';

describe('Webhooks', () => {
  let receiver: WebhookReceiver;
  let time: ManualTime;
  let nowMs: number;
  let log: RecordingLog;
  let rooms: Rooms;
  let events: ServerEvents;
  let webhooks: Webhooks;
  let config: Config;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
    time = new ManualTime();
    nowMs = Date.now();
    log = new RecordingLog();
    rooms = new Rooms(new FakeMedia(), { now: () => nowMs });
    events = new ServerEvents({ rooms, log, now: () => nowMs, newId: () => newSid('EV') });
  });
  afterEach(async () => {
    const closing = webhooks.close();
    time.pass();
    await closing;
    await receiver.die();
    rooms.close('the test is over');
    expect(receiver.faults, 'each is signed').to.deep.equal([]);
  });

  async function start(given: GivenConfig = {}, journal?: Pick<Journal, 'changed'>): Promise<void> {
    const keys = { [webhookKey.name]: webhookKey.secret };
    config = configOf({ webhookUrls: [receiver.url], webhookKey: webhookKey.name, keys, ...given });
    webhooks = new Webhooks({
      ...{ settings: config, events, log, now: () => nowMs, later: time.later, random: () => 0.5 },
      loadBodies: () => Promise.resolve(new WebhookBodies(protocol)),
      journal,
    });
    await webhooks.renew();
  }

  async function join(id: string, room = 'lab'): Promise<Participant> {
    const attributes = { displayName: `${id} ü`, dialect: 'test', hearsPrivateTexts: true };
    return rooms.join(room, { id, attributes }, () => () => undefined);
  }

  async function publish(participant: Participant): Promise<void> {
    const { announce } = await participant.publish(offer);
    announce();
  }

  function countOf(outcome: string): number {
    return webhooks.counts.reduce((sum, each) => sum + (each.outcome === outcome ? each.count : 0), 0);
  }

  async function idle(): Promise<void> {
    await until('everything is sent', () => webhooks.waiting === 0);
  }

  /** What is sent goes on until everything that is left waits for its next try. */
  async function allPaused(rooms: number): Promise<void> {
    await until('all wait for the next try', () => time.waits.length >= rooms);
  }

  it('are what LiveKit sends, as its SDK reads it', async () => {
    await start();
    const ada = await join('ada');
    await publish(ada);
    ada.leave('lost');
    await idle();
    expect(receiver.told()).to.deep.equal([
      'room_started lab',
      'participant_joined lab ada',
      'track_published lab ada webcam',
      'track_published lab ada webcam',
      'track_unpublished lab ada webcam',
      'track_unpublished lab ada webcam',
      'participant_left lab ada',
      'room_finished lab',
    ]);
    const [started, joined, audio, video, , , left] = receiver.received.map(({ event }) => event);
    expect(started?.createdAt).to.equal(BigInt(Math.floor(nowMs / 1_000)));
    expect(started?.id).to.match(/^EV_\w{16}$/);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).to.equal(8);
    expect(joined?.room).to.deep.include({ name: 'lab', numParticipants: 1, sid: started?.room?.sid });
    expect(joined?.participant).to.deep.include({
      ...{ identity: 'ada', name: 'ada ü', sid: ada.sid, state: ParticipantInfo_State.ACTIVE },
    });
    expect(audio?.track).to.deep.include({ type: TrackType.AUDIO, source: TrackSource.MICROPHONE, stream: 'webcam' });
    expect(video?.track).to.deep.include({ type: TrackType.VIDEO, source: TrackSource.CAMERA, stream: 'webcam' });
    expect(left?.participant).to.deep.include({
      ...{ state: ParticipantInfo_State.DISCONNECTED, disconnectReason: DisconnectReason.CONNECTION_TIMEOUT },
    });
    for (const { headers } of receiver.received) {
      expect(headers['content-type']).to.equal('application/webhook+json');
      expect(headers.authorization).to.match(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    }
  });

  it('have whole seconds and large numbers as text', async () => {
    await start();
    nowMs = Math.floor(nowMs / 1_000) * 1_000 - 1;
    await join('ada');
    await idle();
    expect(JSON.parse(receiver.received[0]?.body ?? '')).to.deep.include({
      ...{ event: 'room_started', createdAt: String(Math.floor(nowMs / 1_000)) },
    });
  });

  it('name the reason of each departure as LiveKit does', async () => {
    await start();
    const reasons = ['left', 'lost', 'replaced', 'stopped'] as const;
    await rooms.open('lab');
    for (const reason of reasons) (await join(reason)).leave(reason);
    const lab = rooms.find('lab');
    if (!lab) throw new Error('it is not there');
    lab.evict(await join('evicted'));
    await join('closed');
    lab.close('over');
    await idle();
    const found = receiver.received.flatMap(({ event: { event, participant } }) =>
      event === 'participant_left' ? [DisconnectReason[participant?.disconnectReason ?? 0]] : [],
    );
    expect(found).to.deep.equal([
      ...['CLIENT_INITIATED', 'CONNECTION_TIMEOUT', 'DUPLICATE_IDENTITY', 'SERVER_SHUTDOWN'],
      ...['PARTICIPANT_REMOVED', 'ROOM_DELETED'],
    ]);
  });

  it('tell of recordings as LiveKit tells of egress', async () => {
    await start();
    const recording: RecordingFacts = {
      ...{ id: 'REC_abc', name: '', room: 'lab', target: {}, state: 'recording' },
      ...{ startedAt: 1_796_083_200_123, startedBy: undefined },
    };
    const states = ['starting', 'recording', 'paused', 'stopping'] as const;
    for (const state of states) {
      const event = { type: 'recordingChanged', recording: { ...recording, state } } as const;
      events.recordingChanged(recordingOf(event, 'RM_1', nowMs));
    }
    const files = [{ file: '0001-camera.webm', bytes: 5_000_000_000, durationMs: 61_200 }];
    const stopped = { type: 'recordingStopped', recording: { ...recording, state: 'ready' }, files } as const;
    events.recordingChanged(recordingOf({ ...stopped, reason: 'stopped' }, 'RM_1', 1_796_083_261_323));
    const failed = { type: 'recordingFailed', recording: { ...recording, state: 'failed' } } as const;
    events.recordingChanged(recordingOf({ ...failed, reason: 'no-space' }, 'RM_1', nowMs));
    await idle();
    const found = receiver.received.map(({ event: { event, egressInfo } }) => {
      return [event, EgressStatus[egressInfo?.status ?? -1]].join(' ');
    });
    expect(found).to.deep.equal([
      ...['egress_started EGRESS_STARTING', 'egress_updated EGRESS_ACTIVE', 'egress_updated EGRESS_ACTIVE'],
      ...['egress_updated EGRESS_ENDING', 'egress_ended EGRESS_COMPLETE', 'egress_ended EGRESS_FAILED'],
    ]);
    const { egressInfo } = JSON.parse(receiver.received[4]?.body ?? '') as { egressInfo: object };
    expect(egressInfo).to.deep.include({
      ...{ egressId: 'REC_abc', roomName: 'lab', roomId: 'RM_1' },
      ...{ startedAt: '1796083200123000000', endedAt: '1796083261323000000' },
      fileResults: [
        {
          ...{ filename: 'REC_abc/0001-camera.webm', size: '5000000000', duration: '61200000000' },
          location: '/api/v1/recordings/REC_abc/files/0001-camera.webm',
        },
      ],
    });
    expect(receiver.received[5]?.event.egressInfo?.error).to.equal('no-space');
  });

  it('are those of LiveKit alone, unless others are named', async () => {
    await start();
    const ada = await join('ada');
    ada.updateProfile({ metadata: 'm' });
    events.mediaServerChanged('ws://kms/kurento', false);
    await idle();
    expect(receiver.told()).to.deep.equal(['room_started lab', 'participant_joined lab ada']);
  });

  it('are also ours, where they are named', async () => {
    await start({ webhookEvents: Object.values(webhookNames).filter((name) => !name.startsWith('track')) });
    const lab = await rooms.open('lab', { settings: { waitingRoom: true } });
    await join('ben').catch(() => undefined);
    lab.moderatedBy(administrator).update({ waitingRoom: false });
    const ada = await join('ada');
    ada.updateProfile({ metadata: 'm' });
    lab.moderatedBy(administrator).evict(ada, { reason: 'loud' });
    events.mediaServerChanged('ws://kms/kurento', false);
    await idle();
    expect(receiver.told('lab')).to.deep.equal([
      ...['room_started lab', 'participant_waiting lab', 'room_updated lab', 'participant_joined lab ada'],
      ...['participant_updated lab ada', 'participant_evicted lab ada', 'participant_left lab ada'],
    ]);
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const named = (name: string): unknown => bodies.find(({ event }) => event === name);
    expect(named('participant_waiting')).to.have.nested.property('waiting.name', 'ben ü');
    expect(named('participant_evicted')).to.have.property('reason', 'loud');
    expect(named('media_server_down')).to.deep.include({ mediaServer: { url: 'ws://kms/kurento' } });
  });

  it('come once and in order to a receiver that fails, hangs, redirects, dies and comes back', async () => {
    await start({ webhookTimeoutMs: 100 });
    const taken: string[] = [];
    let tries = 0;
    receiver.answer = (response, { event }) => {
      tries += 1;
      const bad = [500, 404, 302, 'hang', 'destroy', 'half'][tries % 7];
      if (bad === 'hang') return;
      if (bad === 'destroy') response.destroy();
      else if (bad === 'half') response.writeHead(503).write('slow');
      else if (typeof bad === 'number') response.writeHead(bad, { Location: '/elsewhere' }).end();
      else {
        // One whose answer came too late comes again, as a receiver knows by its id.
        if (!taken.includes(event.id)) taken.push(event.id);
        response.end();
      }
    };
    const people: Participant[] = [];
    for (const room of ['one', 'two', 'three']) {
      for (const id of ['ada', 'ben', 'cleo']) people.push(await join(id, room));
    }
    /** No time passes between two tries. */
    const triedUntil = async (what: string, condition: () => boolean): Promise<void> => {
      await until(what, () => {
        time.pass();
        return condition();
      });
    };
    await triedUntil('some are taken', () => taken.length >= 4);
    await receiver.die();
    const before = countOf('retried');
    await triedUntil('it is tried while nobody listens', () => countOf('retried') > before + 5);
    await receiver.listen();
    for (const person of people) person.leave();
    await triedUntil('everything is taken', () => webhooks.waiting === 0);
    expect(taken, 'each is taken').to.have.length(24);
    for (const room of ['one', 'two', 'three']) {
      const inOrder = taken.flatMap((id) => {
        const found = receiver.received.find(({ event }) => event.id === id);
        return found?.event.room?.name === room ? [`${found.event.event} ${found.event.participant?.identity}`] : [];
      });
      expect(inOrder).to.deep.equal([
        ...['room_started undefined', 'participant_joined ada', 'participant_joined ben', 'participant_joined cleo'],
        ...['participant_left ada', 'participant_left ben', 'participant_left cleo', 'room_finished undefined'],
      ]);
    }
    expect(countOf('dead')).to.equal(0);
    expect(countOf('sent')).to.equal(24);
    expect(countOf('retried')).to.be.greaterThan(24);
  });

  it('are the same in each try, but for the signature', async () => {
    nowMs -= 200_000;
    await start();
    let fails = true;
    receiver.answer = (response) => response.writeHead(fails ? 500 : 204).end();
    await rooms.open('lab');
    await allPaused(1);
    nowMs += 200_000;
    fails = false;
    time.pass();
    await idle();
    const [first, second] = receiver.received;
    expect(second?.body).to.equal(first?.body);
    expect(expiryOf(second?.headers.authorization)).to.equal(expiryOf(first?.headers.authorization) + 200);
    expect(expiryOf(first?.headers.authorization)).to.be.at.most(Math.floor((nowMs - 200_000) / 1_000) + 300);
  });

  it('wait longer after each failure, up to a minute, and are given up when they are too old', async () => {
    nowMs -= 260_000;
    await start({ webhookMaxAgeS: 250 });
    receiver.answer = (response) => response.writeHead(500).end();
    await rooms.open('lab');
    const waits: number[] = [];
    while (webhooks.waiting > 0) {
      await until('it waits', () => time.waits.length > 0 || webhooks.waiting === 0);
      const [ms = 0] = time.waits;
      if (webhooks.waiting === 0) break;
      waits.push(ms);
      nowMs += ms;
      time.pass();
      await until('it was tried', () => receiver.received.length === waits.length + 1);
    }
    expect(waits.map((ms) => ms / 1_000)).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 7]);
    expect(countOf('dead')).to.equal(1);
    expect(log.lines.filter(({ message }) => message === 'webhooks were given up')).to.have.length(1);
  });

  it('do not wait for another room, of which eight are told at a time', async () => {
    await start();
    let hanging = 0;
    let mostAtOnce = 0;
    receiver.answer = (response) => {
      hanging += 1;
      mostAtOnce = Math.max(mostAtOnce, hanging);
      if (hanging === 8) {
        receiver.answer = (next) => next.end();
        for (const each of held) each.end();
        response.end();
      } else held.push(response);
    };
    const held: { end: () => unknown }[] = [];
    for (let index = 0; index < 12; index += 1) await join('ada', `room ${index}`);
    await idle();
    expect(mostAtOnce).to.equal(8);
    expect(countOf('sent')).to.equal(24);
  });

  it('go on to one receiver while another one fails', async () => {
    const other = await WebhookReceiver.start();
    other.answer = (response) => response.writeHead(500).end();
    await start({ webhookUrls: [other.url, receiver.url] });
    (await join('ada')).leave();
    await until('one has all, and nothing waits but for the other', () => {
      return receiver.received.length === 4 && webhooks.waiting === 4;
    });
    await allPaused(1);
    expect(webhooks.waiting).to.equal(4);
    await other.die();
  });

  it('read no long answer, and take the status for it', async () => {
    await start();
    let written = 0;
    const closed: Promise<unknown>[] = [];
    receiver.answer = (response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      response.writeHead(200);
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536;
        response.once('drain', write);
      };
      response.on('error', () => undefined);
      write();
    };
    await rooms.open('lab');
    await idle();
    await Promise.all(closed);
    expect(countOf('sent')).to.equal(1);
    expect(written, 'the connection was closed, and the sockets took what they take').to.be.below(20_000_000);
  });

  it('are bounded when nobody takes them, and joins go on', async () => {
    await start({ webhookQueue: 100 });
    await receiver.die();
    const people: Participant[] = [];
    for (let index = 0; index < 2_500; index += 1) people.push(await join(`p${index}`, `room ${index % 50}`));
    expect([...rooms].reduce((sum, { size }) => sum + size, 0)).to.equal(2_500);
    for (const person of people) person.leave();
    expect(countOf('queued')).to.equal(5_100);
    expect(webhooks.waiting).to.be.at.most(108);
    await until('those under way have failed', () => webhooks.waiting <= 100);
    expect(countOf('dead')).to.equal(5_000);
    expect(
      log.lines.filter(({ message }) => message === 'webhooks were given up'),
      'one line a minute',
    ).to.have.length(1);
  });

  it('get a moment when the server stops, and are given up then', async () => {
    await start();
    receiver.answer = (response) => response.writeHead(500).end();
    await join('ada');
    await join('ben', 'other');
    await allPaused(2);
    receiver.answer = (response, { event }) => (event.room?.name === 'lab' ? response.end() : undefined);
    rooms.close('the server stops');
    const closing = webhooks.close();
    await until('one room is told', () => countOf('sent') === 4);
    await until('the other one hangs', () => receiver.told('other').length === 2);
    time.pass();
    await closing;
    expect(countOf('dead')).to.equal(4);
    expect(webhooks.waiting).to.equal(0);
  });

  it('are kept beside their room, where rooms are kept, until each receiver has them', async () => {
    const other = await WebhookReceiver.start();
    const kept = new Map<string, string>();
    const journal: Pick<Journal, 'changed'> = {
      changed: (_room, field, record) => {
        if (record) kept.set(field, JSON.stringify(record()));
        else kept.delete(field);
      },
    };
    await start({ webhookUrls: [receiver.url, other.url] }, journal);
    other.answer = (response) => response.writeHead(500).end();
    (await join('ada')).leave();
    await until('one has all', () => receiver.received.length === 4);
    await allPaused(1);
    expect([...kept.keys()]).to.deep.equal(['hook:1', 'hook:2', 'hook:3', 'hook:4']);
    // Another node has the room, and gives it back.
    webhooks.letGo('lab');
    expect([webhooks.waiting, kept.size]).to.deep.equal([0, 4]);
    other.answer = (response) => response.end();
    webhooks.restored('lab', new Map([...kept].reverse()));
    await join('ben');
    await idle();
    expect(kept.size).to.equal(0);
    const told = ['room_started lab', 'participant_joined lab ada', 'participant_left lab ada', 'room_finished lab'];
    expect(receiver.told()).to.deep.equal([...told, ...told, 'room_started lab', 'participant_joined lab ben']);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size, 'the same ones again').to.equal(6);
    expect(countOf('dead')).to.equal(0);
    await other.die();
  });

  it('go to another receiver after a reload, and those for the former one are given up', async () => {
    const other = await WebhookReceiver.start();
    await start();
    receiver.answer = (response) => response.writeHead(500).end();
    await rooms.open('lab');
    await allPaused(1);
    Reflect.set(config, 'webhookUrls', [other.url]);
    await webhooks.renew();
    expect(countOf('dead')).to.equal(1);
    await rooms.open('hall');
    await idle();
    expect(other.told()).to.deep.equal(['room_started hall']);
    Reflect.set(config, 'webhookUrls', []);
    await webhooks.renew();
    await rooms.open('attic');
    expect(countOf('queued')).to.equal(2);
    await other.die();
  });
});

function expiryOf(token: string | undefined): number {
  const [, claims = ''] = token?.split('.') ?? [];
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }).exp;
}
