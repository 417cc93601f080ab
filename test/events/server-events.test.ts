import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { recordingOf } from '../../events/recording.js';
import { ServerEvents } from '../../events/server-events.js';
import type { EventOf, ServerEvent } from '../../events/server-event.js';
import { Rooms, roles } from '../../rooms/index.js';
import type { Newcomer, Participant, RecordingFacts } from '../../rooms/index.js';
import { FakeMedia } from '../support/fake-media.js';
import { RecordingLog } from '../support/recording-log.js';

const administrator = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };
/** The names for which a handler has an event: not those whose type would be `never`. */
type Named = { [Type in ServerEvent['type']]: [EventOf<Type>] extends [never] ? never : Type }[ServerEvent['type']];
const types: readonly Named[] = [
  ...(['roomStarted', 'roomFinished', 'roomUpdated', 'participantJoined', 'participantLeft'] as const),
  ...([
    'participantUpdated',
    'participantWaiting',
    'participantEvicted',
    'activeSpeakersChanged',
    'trackPublished',
    'trackUnpublished',
  ] as const),
  ...(['recordingStarted', 'recordingUpdated', 'recordingEnded', 'mediaServerDown', 'mediaServerUp'] as const),
];

describe('Events for programs that embed the server', () => {
  let rooms: Rooms;
  let events: ServerEvents;
  let log: RecordingLog;
  let ids = 0;
  let told: string[];

  beforeEach(() => {
    ids = 0;
    told = [];
    log = new RecordingLog();
    rooms = new Rooms(new FakeMedia());
    events = new ServerEvents({ rooms, log, now: () => 1_000, newId: () => `EV_${(ids += 1)}` });
  });

  function tellAll(): void {
    for (const type of types) events.on(type, (event) => told.push(inShort(event)));
  }

  async function join(id: string, more: Partial<Newcomer> = {}, room = 'lab'): Promise<Participant> {
    const attributes = { displayName: id, dialect: 'test', hearsPrivateTexts: true };
    return rooms.join(room, { id, attributes, ...more }, () => () => undefined);
  }

  it('tell of a room from its opening to its end, each thing after what it needs', async () => {
    tellAll();
    const ada = await join('ada');
    const { announce } = await ada.publish(
      'v=0\r\nm=audio 9 RTP 111\r\na=sendrecv\r\nm=video 9 RTP 96\r\na=sendrecv\r\n',
    );
    announce();
    await ada.publish('v=0\r\nm=video 9 RTP 96\r\na=sendrecv\r\n', { stream: 'screen' }).then((screen) => {
      screen.announce();
    });
    ada.unpublish('screen');
    ada.updateProfile({ name: 'Ada L.' });
    ada.room.moderatedBy(administrator).update({ metadata: 'm' });
    ada.leave();
    await turn();
    expect(told).to.deep.equal([
      'roomStarted lab',
      'participantJoined lab ada',
      'trackPublished lab ada audio of webcam',
      'trackPublished lab ada video of webcam',
      'trackPublished lab ada video of screen',
      'trackUnpublished lab ada video of screen',
      'participantUpdated lab ada',
      'roomUpdated lab',
      'trackUnpublished lab ada audio of webcam',
      'trackUnpublished lab ada video of webcam',
      'participantLeft lab ada left',
      'roomFinished lab empty',
    ]);
  });

  it('say why somebody is not in the room any more', async () => {
    tellAll();
    const bearer = { identity: 'ben', grantsIn: () => roles.MODERATOR };
    const [ada] = [await join('ada'), await join('ben', { bearer }), await join('cleo')];
    await join('ben', { bearer });
    ada.leave('lost');
    const lab = rooms.find('lab');
    const cleo = lab?.find('cleo');
    if (!lab || !cleo) throw new Error('they are not there');
    lab.moderatedBy(administrator).evict(cleo, { reason: 'too loud' });
    (await join('dan')).leave('stopped');
    lab.moderatedBy(administrator).close('over');
    await join('ed');
    rooms.close('the server stops');
    await turn();
    expect(told.filter((line) => !/Joined|Started/.test(line))).to.deep.equal([
      'participantLeft lab ben replaced',
      'participantLeft lab ada lost',
      'participantEvicted lab cleo too loud',
      'participantLeft lab cleo evicted',
      'participantLeft lab dan stopped',
      'participantLeft lab ben room-closed',
      'roomFinished lab closed',
      'participantLeft lab ed stopped',
      'roomFinished lab stopped',
    ]);
  });

  it('tell of those who wait, and nothing of hidden participants', async () => {
    tellAll();
    await rooms.open('lab', { settings: { waitingRoom: true } });
    await join('ada').catch(() => undefined);
    const hidden = { ...roles.MODERATOR, hidden: true };
    const eve = await join('eve', { bearer: { grantsIn: () => hidden } });
    eve.leave();
    await turn();
    expect(told).to.deep.equal(['roomStarted lab', 'participantWaiting lab ada']);
  });

  it('tell nothing anew of rooms that another process had', async () => {
    const ada = await join('ada');
    const record = rooms.record(() => ({}));
    rooms.letGo();
    tellAll();
    rooms.restore(record, () => ({ outbox: () => undefined }));
    rooms.find('lab')?.find(ada.id)?.leave();
    await turn();
    expect(told).to.deep.equal(['participantLeft lab ada left', 'roomFinished lab empty']);
  });

  it('tell of recordings as their room does, and of those that no room tells of', async () => {
    tellAll();
    const recording: RecordingFacts = {
      ...{ id: 'REC_1', name: 'Monday', room: 'lab', target: {}, state: 'recording' },
      ...{ startedAt: 500, startedBy: 'ada' },
    };
    const files = [{ file: '0001-camera.webm', bytes: 10, durationMs: 400 }];
    const ended = {
      type: 'recordingFailed',
      recording: { ...recording, state: 'failed' },
      reason: 'no-space',
    } as const;
    events.recordingChanged(recordingOf({ type: 'recordingStarted', recording }, 'RM_1', 600));
    events.recordingChanged(recordingOf({ ...ended, files }, 'RM_1', 900));
    await turn();
    expect(told).to.deep.equal(['recordingUpdated REC_1 recording 0', 'recordingEnded REC_1 failed 1 no-space']);
  });

  it('run after the turn in which something happened, so that a handler may change the room', async () => {
    const seen: string[] = [];
    events.on('participantJoined', ({ participant }) => {
      seen.push('handler');
      participant.leave();
    });
    const ada = await join('ada');
    seen.push('joined');
    expect(ada.closed).to.equal(false);
    await turn();
    expect(seen).to.deep.equal(['joined', 'handler']);
    expect(rooms.names).to.deep.equal([]);
  });

  it('go on when a handler throws or rejects, and the log says so', async () => {
    events.on('roomStarted', () => {
      throw new Error('a defect');
    });
    events.on('roomStarted', () => Promise.reject(new Error('another one')));
    tellAll();
    await join('ada');
    await turn();
    expect(told).to.deep.equal(['roomStarted lab', 'participantJoined lab ada']);
    expect(log.lines.filter(({ message }) => message === 'a handler of an event failed')).to.have.length(2);
  });

  it('harm no room when what takes them has a defect', async () => {
    events.addSink(() => {
      throw new Error('a defect');
    });
    tellAll();
    const ada = await join('ada');
    await turn();
    expect(ada.closed).to.equal(false);
    expect(told).to.deep.equal(['roomStarted lab', 'participantJoined lab ada']);
    expect(log.has('error', 'an event could not be taken')).to.equal(true);
  });

  it('end for a handler that is taken away, and look at no room then', async () => {
    const handler = (event: ServerEvent): unknown => told.push(inShort(event));
    const end = events.on('participantJoined', handler);
    events.on('participantLeft', handler);
    end();
    events.off('participantLeft', handler);
    (await join('ada')).leave();
    await turn();
    expect(told).to.deep.equal([]);
    expect(ids, 'nobody asked for an event').to.equal(0);
  });

  it('have ids and times of their own, and tell of media servers', async () => {
    const seen: ServerEvent[] = [];
    events.on('mediaServerDown', (event) => seen.push(event));
    events.on('mediaServerUp', (event) => seen.push(event));
    events.mediaServerChanged('ws://kms/kurento', false);
    events.mediaServerChanged('ws://kms/kurento', true);
    await turn();
    expect(seen).to.deep.equal([
      { type: 'mediaServerDown', url: 'ws://kms/kurento', id: 'EV_1', at: 1_000 },
      { type: 'mediaServerUp', url: 'ws://kms/kurento', id: 'EV_2', at: 1_000 },
    ]);
  });

  it('tell what is due when the server stops', async () => {
    tellAll();
    await join('ada');
    rooms.close('the server stops');
    events.close();
    expect(told.at(-1)).to.equal('roomFinished lab stopped');
  });

  it('wait until what has changed is kept, where it is kept elsewhere', async () => {
    const kept: (() => void)[] = [];
    const after = (_room: string, effect: () => void): void => void kept.push(effect);
    events = new ServerEvents({ rooms, log, now: () => 1_000, newId: () => 'EV_', after });
    tellAll();
    await join('ada');
    await turn();
    expect(told).to.deep.equal([]);
    for (const effect of kept) effect();
    await turn();
    expect(told).to.deep.equal(['roomStarted lab', 'participantJoined lab ada']);
  });
});

function inShort(event: ServerEvent): string {
  const about = 'room' in event ? [event.room.name] : 'recording' in event ? [event.recording.id] : [event.url];
  if ('participant' in event) about.push(event.participant.id);
  if ('waiting' in event) about.push(event.waiting.name);
  if ('reason' in event) about.push(event.reason);
  if ('publication' in event) about.push(`${event.kind} of ${event.publication.id}`);
  if ('recording' in event) about.push(event.recording.state, String(event.recording.files.length));
  if ('recording' in event && event.recording.error !== undefined) about.push(event.recording.error);
  return [event.type, ...about].join(' ');
}
