import { expect } from 'chai';
import { MediaError } from '../../media/errors.js';
import { codeOf } from '../support/rejection.js';
import { RecordingStage, both, program, publisher, recordingsIn } from './recording-stage.js';
import { publish } from './stage.js';

describe('the end of a recording', () => {
  it('comes with the room, whose pipeline stays until the files are whole', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    await stage.start();
    const stop = stage.media.holdNext('stop');
    ana.leave();
    await stop.reached;
    expect([stage.rooms.names, stage.media.pipelines.size]).to.deep.equal([[], 1]);
    stop.open();
    await stage.expectNothingLeft();
    expect([stage.media.allocated, stage.store.last.ended?.reason]).to.deep.equal([0, 'room-closed']);
    expect(stage.store.last.contents).to.deep.equal(['ana webcam audio video: whole']);
    expect(recordingsIn(stage.watched).at(-1)).to.equal('recordingStopped ready room-closed');
  });

  it('comes when the media server does not end the files in time, with what there is', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    const { id } = await stage.start();
    await stage.settle();
    const stop = stage.media.holdNext('stop');
    const stopping = stage.by.stop(id);
    await stop.reached;
    stage.time.pass();
    await stage.settle();
    expect((await stopping).state).to.be.oneOf(['stopping', 'failed']);
    expect(stage.store.last.ended).to.deep.equal({ state: 'failed', reason: 'media-failed' });
    expect(stage.heard('ana').at(-1)).to.equal('recordingFailed failed media-failed');
    stop.open();
    await stage.expectNothingLeft();
  });

  it('comes when the store says so, and when the disk is full', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    await stage.start();
    await stage.settle();
    stage.store.last.listener.mustStop('no-space');
    await stage.settle();
    expect(stage.heard('ana').at(-1)).to.equal('recordingStopped ready no-space');
    await stage.start();
    await stage.settle();
    stage.recorders[0]?.fail('no-space');
    await stage.settle();
    expect(stage.heard('ana').at(-1)).to.equal('recordingFailed failed no-space');
    expect(ana.publication?.state, 'the call goes on').to.equal('open');
    await stage.expectNothingLeft();
  });

  it('comes with the server, which begins no other ones', async () => {
    const stage = new RecordingStage();
    await publish(stage.join('ana'), both);
    await stage.start();
    await stage.rooms.endRecordings();
    expect(stage.heard('ana').at(-1)).to.equal('recordingStopped ready shutdown');
    expect(await codeOf(stage.start())).to.equal('cannot-record');
  });

  it('comes with the process that is followed by another one, which says so', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    await stage.start({ name: 'Monday' });
    await stage.settle();
    await stage.restart();
    expect(recordingsIn(stage.watched), 'each process tells its own part').to.deep.equal([
      ...['recordingStarted recording', 'recordingStopped ready shutdown'],
    ]);
    expect(stage.store.folders[0]?.ended).to.deep.equal({ state: 'ready', reason: 'shutdown' });
    expect(stage.heard('ana')).to.deep.equal(['recordingStopped ready shutdown']);
    expect(stage.media.allocated).to.be.greaterThan(0);
  });

  it('is followed by another recording of the same, in the process that goes on with the room', async () => {
    const stage = new RecordingStage();
    await publish(stage.join('ana'), both);
    await publish(stage.join('ben'), both);
    await stage.start({ name: 'Monday', kinds: ['audio'] });
    await stage.by.pause((await stage.start({ target: { participant: 'ben' } })).id);
    await stage.settle();
    await stage.restart();
    await stage.settle();
    expect(stage.heard('ana').at(-1)).to.equal('recordingStarted recording');
    expect(stage.room.recordings).to.have.length(1, 'what was paused has ended');
    expect(stage.room.recordings[0]).to.deep.include({ name: 'Monday', startedBy: 'key' });
    expect(stage.store.last.contents).to.deep.equal(['ana webcam audio: running', 'ben webcam audio: running']);
    expect(stage.audits.at(-1)).to.include({ actor: 'key', action: 'startRecording', outcome: 'done' });
  });

  it('waits for whole files when another process goes on with the room', async () => {
    const stage = new RecordingStage();
    await publish(stage.join('ana'), both);
    await stage.start();
    await stage.settle();
    const stop = stage.media.holdNext('stop');
    stage.rooms.letGo();
    await stop.reached;
    await stage.settle();
    expect(stage.store.last.ended).to.equal(undefined);
    stop.open();
    await stage.settle();
    expect(stage.store.last.ended).to.deep.equal({ state: 'ready', reason: 'shutdown' });
    expect(stage.store.last.contents).to.deep.equal(['ana webcam audio video: whole']);
  });
});

describe('the beginning of a recording', () => {
  const reasonOf = async (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'no error',
      (error: unknown) => (error as { details?: { reason?: string } }).details?.reason,
    );

  it('is refused where nothing is kept, and when the store refuses it', async () => {
    const off = new RecordingStage({ recordings: undefined });
    off.join('ana');
    expect(await reasonOf(off.start())).to.equal('off');
    const stage = new RecordingStage();
    stage.join('ana');
    stage.store.refuseNext = 'no-space';
    expect(await reasonOf(stage.start())).to.equal('no-space');
    expect([stage.room.recordings, stage.heard('ana')]).to.deep.equal([[], []]);
    await stage.start();
  });

  it('fails when nothing of what is published can be recorded, and nobody is told', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    for (const step of ['createRecorder', 'connect', 'record'] as const) {
      stage.media.failNext(step);
      expect(await codeOf(stage.start()), step).to.equal('media-failed');
    }
    stage.media.failNext('createRecorder', new MediaError('not-supported', 'has none'));
    expect(await reasonOf(stage.start())).to.equal('not-supported');
    expect([stage.room.recordings, stage.heard('ana')]).to.deep.equal([[], []]);
    await stage.expectNothingLeft();
  });

  it('ends when nobody can be recorded who publishes later', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await stage.start();
    stage.media.failNext('createRecorder', new MediaError('not-supported', 'has none'));
    await publish(ana, both);
    await stage.settle();
    expect(stage.heard('ana').at(-1)).to.equal('recordingFailed failed media-failed');
  });

  it('is interrupted when the room closes before', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    let open = (): void => undefined;
    stage.store.gate = new Promise((resolve) => (open = resolve));
    const starting = stage.start();
    ana.leave();
    open();
    expect(await codeOf(starting)).to.equal('interrupted');
    expect(recordingsIn(stage.watched)).to.deep.equal([]);
    await stage.expectNothingLeft();
  });

  it('needs the right to record at that moment, and is in the log', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana', publisher({ roomRecord: true }));
    const ben = stage.join('ben');
    const by = stage.room.recordedBy(ana);
    const { id, startedBy } = await by.start({});
    expect(startedBy).to.equal('ana');
    expect(await codeOf(stage.room.recordedBy(ben).stop(id))).to.equal('not-allowed');
    stage.room.moderatedBy(program).setGrants(ana, { roomRecord: false });
    expect(await codeOf(by.stop(id))).to.equal('not-allowed');
    expect(stage.room.recordings.length, 'it goes on without the right').to.equal(1);
    await stage.by.stop(id);
    const log = stage.audits.filter(({ action }) => action.endsWith('Recording'));
    expect(
      log.map(({ actor, action, target, outcome }) => `${actor} ${action} ${target === id} ${outcome}`),
    ).to.deep.equal([
      ...['ana startRecording true done', 'ben stopRecording true refused', 'ana stopRecording true refused'],
      'key stopRecording true done',
    ]);
  });

  it('is asked about where programs decide, which may refuse it', async () => {
    const asked: string[] = [];
    const stage = new RecordingStage({
      authorize: ({ action, id = '' }) => {
        asked.push(`${action} ${id}`);
        return action === 'record' ? Promise.reject(new Error('no')) : undefined;
      },
    });
    const ana = stage.join('ana', publisher({ roomRecord: true }));
    const error: unknown = await stage.room
      .recordedBy(ana)
      .start({})
      .catch((cause: unknown) => cause);
    expect([String(error), asked.at(-1)]).to.deep.equal(['Error: no', 'record ana']);
    expect(stage.store.folders.length).to.equal(0);
  });
});

describe('a room that is recorded always', () => {
  it('is recorded from its first stream on, once, until somebody stops it', async () => {
    const stage = new RecordingStage({ defaults: { autoRecord: { sources: ['camera'] } } });
    const ana = stage.join('ana');
    await publish(ana, both, { stream: 'screen' });
    await stage.settle();
    expect(stage.room.recordings.length).to.equal(0);
    await publish(ana, both);
    await stage.settle();
    const [begun] = stage.room.recordings;
    expect(begun).to.deep.include({ state: 'recording', startedBy: undefined });
    expect(stage.store.last.contents).to.deep.equal(['ana webcam audio video: running']);
    expect(stage.audits.at(-1)).to.include({ actor: 'autoRecord', outcome: 'done', target: begun?.id });
    await stage.by.stop(begun?.id ?? '');
    await publish(stage.join('ben'), both);
    await stage.settle();
    expect(stage.room.recordings.length).to.equal(0);
    stage.room.moderatedBy(program).update({ autoRecord: { kinds: ['audio'] } });
    await stage.settle();
    expect(stage.room.recordings.length, 'the setting was changed').to.equal(1);
    expect([...stage.store.last.contents].sort()).to.deep.equal([
      ...['ana screen audio: running', 'ana webcam audio: running', 'ben webcam audio: running'],
    ]);
  });

  it('is recorded by the next process too, unless it was stopped', async () => {
    for (const stops of [false, true]) {
      const stage = new RecordingStage({ defaults: { autoRecord: {} } });
      await publish(stage.join('ana'), both);
      await stage.settle();
      if (stops) await stage.by.stop(stage.room.recordings[0]?.id ?? '');
      await stage.restart();
      await stage.settle();
      expect(stage.room.recordings.length).to.equal(stops ? 0 : 1);
      expect(stage.store.folders.length).to.equal(stops ? 1 : 2);
    }
  });
});

describe('a participant that records by itself', () => {
  it('is told of to those who are there and those who come, although nobody sees it', () => {
    const stage = new RecordingStage();
    stage.join('ana');
    const tape = stage.join('tape', publisher({ recorder: true, hidden: true }));
    stage.join('ben');
    const other = stage.join('other', publisher({ recorder: true, hidden: true }));
    tape.leave();
    expect(stage.heard('ana')).to.deep.equal(['recorderPresent true']);
    other.leave();
    const all = ['recorderPresent true', 'recorderPresent false'];
    expect([stage.heard('ana'), stage.heard('ben')]).to.deep.equal([all, all]);
    expect(stage.room.size).to.equal(2);
  });
});
