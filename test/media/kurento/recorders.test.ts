import { expect } from 'chai';
import type { Pipeline, Recorder } from '../../../media/port.js';
import { EndpointEvents, PipelineEvents, RecorderEvents } from '../../support/media-listeners.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import { error } from './scripted-server.js';

const uri = 'file:///recordings/REC_1/0001-camera.webm';

/** Against a scripted server: what a Kurento Media Server says when, and what the embedded engine never does. */
describe('kurento engine › recorders', () => {
  let room: ScriptedRoom;

  beforeEach(() => {
    room = new ScriptedRoom();
  });

  afterEach(() => room.close());

  async function recording(
    kinds: readonly ('audio' | 'video')[] = ['audio', 'video'],
  ): Promise<{ pipeline: Pipeline; recorder: Recorder; events: RecorderEvents; id: string }> {
    const { pipeline } = await room.endpoint(await room.connect({ requestTimeoutMs: 500 }));
    const events = new RecorderEvents();
    const recorder = await pipeline.createRecorder({ uri, kinds }, events);
    return { pipeline, recorder, events, id: room.newest() };
  }

  const sent = (operation: string): number => room.server.received(operation).length;

  /** What was sent before has come by then. */
  const settled = (pipeline: Pipeline): Promise<unknown> => pipeline.createEndpoint({}, new EndpointEvents());

  for (const [kinds, mediaProfile] of [
    [['audio', 'video'], 'WEBM'],
    [['audio'], 'WEBM_AUDIO_ONLY'],
    [['video'], 'WEBM_VIDEO_ONLY'],
  ] as const) {
    it(`${kinds.join(' and ')} is recorded as ${mediaProfile}`, async () => {
      await recording(kinds);
      const [, , created] = room.server.received('create');
      expect(created?.params.constructorParams).to.deep.include({ uri, mediaProfile });
    });
  }

  it('it begins with the first event Recording, at the time of the media server', async () => {
    const { pipeline, recorder, events, id } = await recording();
    await recorder.start();
    await settled(pipeline);
    expect(events.all, 'the answer to record begins nothing').to.deep.equal([]);
    // As if the event had taken long: the time since the question is longer.
    const asked = Date.now() - 10_000;
    const now = Date.now;
    try {
      Date.now = () => now() + 10_000;
      room.server.event(id, 'Recording', { timestampMillis: String(asked + 13_000) });
      room.server.event(id, 'Recording', { timestampMillis: String(asked + 14_000) });
      await settled(pipeline);
    } finally {
      Date.now = now;
    }
    expect(events.all).to.deep.equal(['started']);
    expect(events.startedAgo).to.be.within(7000, 10_000);
  });

  for (const [what, timestampMillis] of [
    ['that is yet to come', String(Date.now() + 3_600_000)],
    ['before it was asked to record', '1000'],
    ['that is no number', 'noon'],
  ] as const) {
    it(`a time ${what} counts as now`, async () => {
      const { recorder, events, id } = await recording();
      await recorder.start();
      room.server.event(id, 'Recording', { timestampMillis });
      await until('it is told', () => events.all.length > 0);
      expect(events.startedAgo).to.equal(0);
    });
  }

  for (const [type, errorCode, reason] of [
    ['RESOURCE_ERROR_OPEN_WRITE', 6, 'unwritable'],
    ['RESOURCE_ERROR_NOT_FOUND', 3, 'unwritable'],
    ['INVALID_URI', 0, 'unwritable'],
    ['RESOURCE_ERROR_NO_SPACE_LEFT', 14, 'no-space'],
    ['RESOURCE_ERROR_WRITE', 10, 'engine-error'],
    ['STREAM_ERROR_FAILED', 6, 'engine-error'],
  ] as const) {
    it(`${type} that is told twice is told once, as ${reason}`, async () => {
      const { pipeline, recorder, events, id } = await recording();
      await recorder.start();
      for (let times = 0; times < 2; times += 1) room.server.event(id, 'Error', { description: 'no', errorCode, type });
      room.server.event(id, 'Recording', { timestampMillis: String(Date.now()) });
      await settled(pipeline);
      expect(events.all, 'and it does not begin after that').to.deep.equal([`failed: ${reason}`]);
    });
  }

  it('pauses and goes on, and is stopped once, with a time limit of its own', async () => {
    const { recorder } = await recording();
    await recorder.start();
    expect(await codeOf(recorder.start())).to.equal('engine-error');
    await recorder.pause();
    await recorder.resume();
    expect([sent('record'), sent('pause')]).to.deep.equal([2, 1]);
    const limit = 500;
    room.server.on('stopAndWait', (_request, answer) => setTimeout(answer, 2 * limit));
    await Promise.all([recorder.stop(), recorder.stop()]);
    await recorder.stop();
    expect([sent('stopAndWait'), sent('stop')]).to.deep.equal([1, 0]);
  });

  it('one that has not begun is stopped without a word', async () => {
    const { recorder } = await recording();
    await recorder.stop();
    expect(sent('stopAndWait')).to.equal(0);
  });

  it('one that is released while it stops rejects with released, and goes', async () => {
    const { recorder, id } = await recording();
    await recorder.start();
    const stopping = codeOf(recorder.stop());
    recorder.release();
    recorder.release();
    expect(await stopping).to.equal('released');
    await until('it is released', () => !room.server.objects.has(id));
    expect(await codeOf(recorder.pause())).to.equal('released');
  });

  it('one that cannot be set up is released, and the call fails', async () => {
    const { pipeline } = await room.endpoint(await room.connect());
    const before = room.server.objects.size;
    room.server.on('subscribe', (request, _answer, socket) => {
      socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', ...error(40106, 'NO_EVENT', 'no') }));
    });
    expect(await codeOf(pipeline.createRecorder({ uri, kinds: ['audio'] }, new RecorderEvents()))).to.equal(
      'not-supported',
    );
    await until('it is released', () => room.server.objects.size === before);
  });

  it('a media server without RecorderEndpoint is asked for none', async () => {
    room.server.factories = ['WebRtcEndpoint'];
    const { pipeline } = await room.endpoint(await room.connect());
    expect(await codeOf(pipeline.createRecorder({ uri, kinds: ['audio'] }, new RecorderEvents()))).to.equal(
      'not-supported',
    );
    expect(room.server.received('create').map(({ params }) => params.type)).not.to.include('RecorderEndpoint');
  });

  it('one that somebody else releases is lost, and its pipeline is not', async () => {
    const { pipeline, recorder, events, id } = await recording();
    await recorder.start();
    room.server.releasedByAnother(id);
    await until('its owner is told', () => events.losses.length > 0);
    expect(events.losses.map(({ code }) => code)).to.deep.equal(['object-gone']);
    expect(await codeOf(recorder.stop())).to.equal('object-gone');
    await settled(pipeline);
  });

  it('another process that takes the pipeline over releases ours, and not that of another program', async () => {
    const { pipeline, recorder, id } = await recording();
    await recorder.start();
    const [pipelineId = ''] = room.server.objects;
    const type = 'RecorderEndpoint';
    room.server.execute('create', { type, constructorParams: { mediaPipeline: pipelineId } });
    const foreign = room.newest();
    pipeline.letGo();
    expect(await codeOf(recorder.stop())).to.equal('released');
    const other = room.engine();
    await other.connect();
    const adopted = other.adopt(pipeline.record, new PipelineEvents());
    await adopted.finishAdoption();
    await until('ours is released', () => !room.server.objects.has(id));
    expect(room.server.objects.has(foreign)).to.be.true;
    adopted.release();
  });
});
