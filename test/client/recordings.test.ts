import { expect } from 'chai';
import type { ClientError } from '../../client/errors.js';
import { Room } from '../../client/room.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';
import { ScriptedServer, unknownSession } from './scripted-server.js';
import type { Script, Visit } from './scripted-server.js';

const recording = { id: 'REC_1', name: 'Monday', state: 'recording', startedAt: 5, target: {} };

describe('recordings, as the client sees them', () => {
  inBrowserWorld();
  let server: ScriptedServer;
  let room: Room;
  let answerTo: Script;
  let asked: unknown[];

  beforeEach(async () => {
    asked = [];
    answerTo = () => ({ result: { recording } });
    server = await ScriptedServer.start((request, from) => {
      if (request.method === 'connect') return unknownSession;
      if (request.method === 'joinRoom') return { result: { value: [], sessionId: 'one', features: ['recording'] } };
      if (!request.method.endsWith('Recording') && request.method !== 'listRecordings') return { result: {} };
      asked.push([request.method, request.params]);
      return answerTo(request, from);
    });
    room = await Room.join({ url: server.url, room: 'garden', user: 'ana' });
  });
  afterEach(async () => {
    await room.leave();
    server.stop();
  });

  const visit = (number = 1): Visit => server.visits[number - 1] ?? expect.fail('nobody came');
  const shown = (): string[] =>
    [...room.recordings.running.values()].map(({ id, name, state }) => `${id} ${name} ${state}`);

  it('are those that the server tells of, from their beginning to their end', async () => {
    const ended: unknown[] = [];
    room.recordings.on('ended', ({ state }, reason, isWhole) => ended.push([state, reason, isWhole]));
    visit().tell('recordingStarted', { id: 'REC_1', name: 'Monday' });
    visit().tell('recordingStarted', { id: 'REC_2', name: '', state: 'paused' });
    await until('both are there', () => room.recordings.running.size === 2);
    expect(shown()).to.deep.equal(['REC_1 Monday recording', 'REC_2  paused']);
    visit().tell('recordingChanged', { id: 'REC_2', state: 'recording' });
    visit().tell('recordingChanged', { id: 'REC_3', state: 'recording' });
    visit().tell('recordingStopped', { id: 'REC_1', name: 'Monday', reason: 'stopped' });
    visit().tell('recordingFailed', { id: 'REC_2', reason: 'no-space' });
    visit().tell('recordingFailed', { id: 'REC_2', reason: 'no-space' });
    visit().tell('roomUpdated', { recording: true });
    await until('somebody else records', () => room.recordings.byOthers);
    expect([shown(), ended]).to.deep.equal([
      [],
      [
        ['ready', 'stopped', true],
        ['failed', 'no-space', false],
      ],
    ]);
  });

  it('are begun, paused and ended, and listed', async () => {
    const { recordings } = room;
    expect(await recordings.start({ name: 'Monday', kinds: ['audio'] })).to.deep.equal(recording);
    await recordings.pause('REC_1');
    await recordings.resume('REC_1');
    await recordings.stop('REC_1');
    answerTo = () => ({ result: { recordings: [recording] } });
    expect(await recordings.list()).to.deep.equal([recording]);
    expect(asked).to.deep.equal([
      ['startRecording', { name: 'Monday', kinds: ['audio'] }],
      ['pauseRecording', { id: 'REC_1' }],
      ['resumeRecording', { id: 'REC_1' }],
      ['stopRecording', { id: 'REC_1' }],
      ['listRecordings', {}],
    ]);
  });

  it('are refused in words that a program can read', async () => {
    answerTo = () => ({ error: { code: 703, message: 'There is no space', data: { reason: 'no-space' } } });
    const error = await room.recordings.start().catch((thrown: unknown) => thrown as ClientError);
    expect(error).to.deep.include({ code: 'recording-refused', reason: 'no-space', advice: 'try-later' });
  });

  it('are forgotten when the server has forgotten us, which then tells of those that run', async () => {
    visit().tell('recordingStarted', { id: 'REC_1', name: 'Monday' });
    visit().tell('roomUpdated', { recording: true });
    await until('it is known', () => room.recordings.byOthers);
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    visit().cut();
    expect(await back).to.equal(false);
    expect([shown(), room.recordings.byOthers]).to.deep.equal([[], false]);
  });
});
