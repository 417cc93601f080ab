import { expect } from 'chai';
import type { RecordingWish } from '../../rooms/index.js';
import { codeOf } from '../support/rejection.js';
import { RecordingStage, audio, both, program, recordingsIn } from './recording-stage.js';
import { publish } from './stage.js';

describe('a recording of a room', () => {
  it('has a file for each publication and life of it, of those that come later too', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    const started = await stage.start({ name: 'Monday' });
    expect(started).to.include({ name: 'Monday', room: 'r1', state: 'recording', startedBy: 'key' });
    expect(started.id).to.match(/^REC_[A-Za-z0-9]{16}$/);
    const ben = stage.join('ben');
    await publish(ben, audio);
    await publish(ana, both, { stream: 'screen' });
    ana.unpublish('webcam');
    await publish(ana, both);
    await stage.settle();
    expect(stage.store.last.contents).to.deep.equal([
      'ana webcam audio video: whole',
      'ben webcam audio: running',
      'ana screen audio video: running',
      'ana webcam audio video: running',
    ]);
    expect(stage.recorders.map(({ receives }) => receives.length)).to.deep.equal([1, 2, 2]);
    const stopped = await stage.by.stop(started.id);
    expect(stopped).to.include({ id: started.id, state: 'ready' });
    expect(stage.store.last.contents.map((line) => line.split(': ')[1])).to.deep.equal(Array(4).fill('whole'));
    expect(stage.store.last.ended).to.deep.equal({ state: 'ready', reason: 'stopped' });
    expect(stage.room.recordings).to.deep.equal([]);
    await stage.expectNothingLeft();
  });

  it('is told to everybody, and to those who come while it runs', async () => {
    const stage = new RecordingStage();
    stage.join('ana');
    const { id } = await stage.start();
    stage.join('ben');
    await stage.by.pause(id);
    await stage.by.resume(id);
    await stage.by.stop(id);
    stage.join('eva');
    const end = ['recordingChanged stopping', 'recordingStopped ready stopped'];
    const all = ['recordingStarted recording', 'recordingChanged paused', 'recordingChanged recording', ...end];
    expect([stage.heard('ana'), stage.heard('ben'), stage.heard('eva')]).to.deep.equal([all, all, []]);
    expect(recordingsIn(stage.watched)).to.deep.equal(all);
  });

  it('is stopped as often as somebody likes, and can be neither paused nor resumed when that is not so', async () => {
    const stage = new RecordingStage();
    stage.join('ana');
    const { id } = await stage.start();
    expect(await codeOf(stage.by.resume(id))).to.equal('cannot-stop-recording');
    await stage.by.pause(id);
    expect(await codeOf(stage.by.pause(id))).to.equal('cannot-stop-recording');
    const [first, second] = await Promise.all([stage.by.stop(id), stage.by.stop(id)]);
    expect([first.state, second.state, (await stage.by.stop(id)).state]).to.deep.equal(['ready', 'ready', 'ready']);
    expect(await codeOf(stage.by.pause(id))).to.equal('cannot-stop-recording');
    expect(await codeOf(stage.by.stop('REC_other'))).to.equal('recording-not-found');
    expect(stage.store.folders.length).to.equal(1);
  });

  it('records nothing while it is paused, and then all that is there', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    const { id } = await stage.start();
    await stage.by.pause(id);
    expect(stage.recorders.map(({ state }) => state)).to.deep.equal(['paused']);
    await publish(ana, both, { stream: 'screen' });
    await stage.settle();
    expect(stage.recorders.length).to.equal(1);
    await stage.by.resume(id);
    expect(stage.recorders.map(({ state }) => state)).to.deep.equal(['recording', 'recording']);
    await stage.by.stop(id);
    await stage.expectNothingLeft();
  });

  it('goes on when its room loses the media server, with the next life of each publication', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    const { id } = await stage.start();
    await stage.settle();
    for (const pipeline of [...stage.media.pipelines]) pipeline.vanish();
    await stage.settle();
    await publish(ana, both);
    await stage.settle();
    expect(stage.room.recordings.map(({ state }) => state)).to.deep.equal(['recording']);
    const [first, second] = stage.store.last.contents;
    expect([first, second]).to.deep.equal([
      'ana webcam audio video: It has been released',
      'ana webcam audio video: running',
    ]);
    await stage.by.stop(id);
    expect(stage.store.last.ended).to.deep.equal({ state: 'ready', reason: 'stopped' });
    await stage.expectNothingLeft();
  });

  it('begins another file when a recorder alone is lost, a few times', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    const { id } = await stage.start();
    for (let lives = 1; lives <= 4; lives += 1) {
      await stage.settle();
      for (const recorder of stage.recorders) recorder.vanish();
      stage.time.pass();
    }
    await stage.settle();
    expect(stage.store.last.files.size).to.equal(3);
    await stage.by.stop(id);
    await stage.expectNothingLeft();
  });

  it('hears what is muted, by whom ever, and lets nothing through that is cut', async () => {
    const stage = new RecordingStage();
    const ana = stage.join('ana');
    await publish(ana, both);
    ana.updateState({ video: false });
    const { id } = await stage.start();
    const [recorder] = stage.recorders;
    ana.updateState({ audio: false });
    ana.updateState({ audio: true, video: true });
    await stage.room.moderatedBy(program).mute(ana, ['audio'], true);
    expect(recorder?.receives).to.deep.equal(['video']);
    await stage.room.moderatedBy(program).mute(ana, ['audio'], false);
    expect([...(recorder?.receives ?? [])].sort()).to.deep.equal(['audio', 'video']);
    await ana.publication?.mute('video');
    expect(recorder?.receives).to.deep.equal(['audio']);
    const mutes = stage.store.last.lines.filter((line) => line.startsWith('0001'));
    expect(mutes.map((line) => line.slice('0001-camera.webm '.length))).to.deep.equal([
      ...['mutes video', 'mutes audio', 'unmutes audio', 'unmutes video'],
      ...['mutes audio', 'unmutes audio', 'mutes video'],
    ]);
    await stage.by.stop(id);
  });

  it('has the video as the others see it, with a filter', async () => {
    const stage = new RecordingStage();
    stage.media.hasFilters = true;
    const ana = stage.join('ana');
    await publish(ana, both);
    const { id } = await stage.start();
    const placement = { offsetX: 0, offsetY: 0, width: 1, height: 1 };
    await ana.setFilter({ type: 'face-overlay', imageUrl: 'http://x/hat.png', placement });
    const [recorder] = stage.recorders;
    const [filter] = stage.media.filters;
    expect(recorder && [...(filter?.flows.get(recorder) ?? [])]).to.deep.equal(['video']);
    await stage.by.stop(id);
  });

  it('writes down who comes and goes', async () => {
    const stage = new RecordingStage();
    stage.join('ana');
    await stage.start();
    const ben = stage.join('ben');
    ben.leave();
    const people = stage.store.last.lines.filter((line) => /joined|left/.test(line));
    expect(people).to.deep.equal(['ana joined', 'ben joined', 'ben left']);
  });

  it('says in the room that it records, where that is wanted, by a name', async () => {
    const stage = new RecordingStage({ recordingNotice: 'This meeting is recorded.' });
    stage.join('ana');
    await stage.start();
    const said = stage.told.get('ana')?.find((event) => event.type === 'announced');
    expect(said).to.include({ by: 'Recording', text: 'This meeting is recorded.' });
    expect(stage.room.texts).to.have.nested.property('[0].by', 'Recording');
  });
});

describe('what is recorded', () => {
  const files = async (wish: RecordingWish): Promise<string[]> => {
    const stage = new RecordingStage();
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, both);
    await publish(ana, both, { stream: 'screen' });
    await publish(ben, audio);
    const { id } = await stage.start(wish);
    await stage.settle();
    const { contents } = stage.store.last;
    const connected = stage.recorders.map(({ receives }) => [...receives].sort().join(' '));
    expect(connected).to.deep.equal(contents.map((line) => line.split(/ \w+ |:/)[1] ?? ''));
    await stage.by.stop(id);
    return contents.map((line) => line.split(':')[0] ?? '');
  };

  it('is one participant, one stream, some sources or kinds', async () => {
    expect(await files({ target: { participant: 'ben' } })).to.deep.equal(['ben webcam audio']);
    expect(await files({ target: { participant: 'ana', stream: 'screen' } })).to.deep.equal(['ana screen audio video']);
    expect(await files({ target: { stream: 'webcam' } })).to.deep.equal(['ana webcam audio video', 'ben webcam audio']);
    expect(await files({ sources: ['screen'] })).to.deep.equal(['ana screen audio video']);
    expect(await files({ kinds: ['video'] })).to.deep.equal(['ana webcam video', 'ana screen video']);
  });

  it('is recorded once at a time, and besides as a part of something else', async () => {
    const stage = new RecordingStage();
    stage.join('ana');
    await stage.start();
    const again = stage.start();
    expect(await again.catch((error: unknown) => error)).to.deep.include({
      code: 'cannot-record',
      details: { reason: 'running' },
    });
    await stage.start({ target: { participant: 'ana' } });
    expect(await codeOf(stage.start({ target: { participant: 'ana' } }))).to.equal('cannot-record');
    expect(await codeOf(stage.start({ target: { participant: 'nobody' } }))).to.equal('participant-not-found');
    expect(stage.room.recordings.length).to.equal(2);
  });

  it('ends when the participant leaves or is evicted, or the stream is unpublished', async () => {
    const stage = new RecordingStage();
    stage.join('mod');
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, both);
    await publish(ben, both, { stream: 'screen' });
    await stage.start({ target: { participant: 'ana' } });
    await stage.start({ target: { participant: 'ben' } });
    await stage.start({ target: { participant: 'ben', stream: 'screen' } });
    ben.unpublish('screen');
    await stage.settle();
    expect(stage.store.folders.map(({ ended }) => ended?.reason)).to.deep.equal([
      undefined,
      undefined,
      'participant-left',
    ]);
    ana.leave();
    stage.room.evict(ben);
    await stage.settle();
    expect(stage.store.folders.map(({ ended }) => ended?.reason)).to.deep.equal(Array(3).fill('participant-left'));
    expect(stage.heard('mod').filter((line) => line.startsWith('recordingStopped')).length).to.equal(3);
    await stage.expectNothingLeft();
  });

  it('is not more streams at a time than there may be: others wait until one ends', async () => {
    const stage = new RecordingStage();
    stage.store.mostOpen = 1;
    const [ana, ben] = [stage.join('ana'), stage.join('ben')];
    await publish(ana, both);
    await publish(ana, both, { stream: 'screen' });
    const { id } = await stage.start();
    await publish(ben, both);
    await stage.settle();
    const contents = (): readonly string[] => stage.store.last.contents;
    expect(contents()).to.deep.equal(['ana webcam audio video: running']);
    ben.unpublish();
    ana.unpublish('webcam');
    await stage.settle();
    expect(contents()).to.deep.equal(['ana webcam audio video: whole', 'ana screen audio video: running']);
    await publish(ben, both);
    stage.recorders[0]?.fail('engine-error');
    await stage.settle();
    expect(contents().at(-1)).to.equal('ben webcam audio video: running');
    expect((await stage.by.stop(id)).state).to.equal('ready');
    await stage.expectNothingLeft();
  });

  it('notes who is the loudest of those that speak, when that is somebody else', async () => {
    const stage = new RecordingStage({ speakerIntervalMs: 0 });
    stage.media.abilities = { ...stage.media.abilities, activeSpeaker: 'server' };
    for (const id of ['ana', 'ben']) await publish(stage.join(id), audio);
    const [ana, ben] = [...stage.media.endpoints];
    const [pipeline] = stage.media.pipelines;
    if (!ana || !ben || !pipeline) throw new Error('both publish');
    const hears = (...speakers: readonly (typeof ana)[]): void => {
      pipeline.listener.speakersChanged?.(speakers.map((endpoint, place) => ({ endpoint, level: 0.5 ** place })));
    };
    hears(ben);
    const { id } = await stage.start();
    hears(ben, ana);
    hears();
    hears(ben);
    hears(ana, ben);
    await stage.by.stop(id);
    hears(ben);
    expect(stage.store.last.lines.filter((line) => line.endsWith(' speaker'))).to.deep.equal([
      'ben speaker',
      'ana speaker',
    ]);
  });
});
