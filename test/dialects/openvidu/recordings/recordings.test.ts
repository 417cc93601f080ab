import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenVidu, Recording } from 'openvidu-node-client';
import type { OvFact } from '../../../../dialects/openvidu/model/facts.js';
import { until } from '../../../support/until.js';
import { RestStage, secret } from '../rest/rest-stage.js';
import { unzipped } from './unzipped.js';

const individual = { outputMode: 'INDIVIDUAL' };

describe('recordings of OpenVidu', () => {
  let directory: string;
  let stage: RestStage;
  let facts: OvFact[];

  const start = async (openvidu: object = {}): Promise<void> => {
    stage = new RestStage({
      ...{ recordingsDir: directory, recordingsMinFreeMb: 0 },
      openvidu: { recording: true, recordingAutostopTimeout: 0, ...openvidu },
    });
    await stage.start();
    stage.listen();
    facts = [];
    stage.sessions.listen((fact) => facts.push(fact));
  };
  const contents = Buffer.from('what the media server writes');
  const write = async (): Promise<void> => {
    for (const { options } of stage.media.recorders) await writeFile(join(directory, options.uri), contents);
  };
  const told = (): string[] =>
    facts.flatMap((fact) =>
      fact.event === 'recordingStatusChanged' ? [`${fact.id} ${fact.status} ${fact.reason ?? ''}`.trim()] : [],
    );
  const statusOf = async (id: string): Promise<unknown> =>
    Reflect.get((await stage.api('GET', `/recordings/${id}`)).json as object, 'status');

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'atrium-openvidu-recordings-'));
  });
  afterEach(async () => {
    await stage.stop();
    expect(stage.defects).to.deep.equal([]);
    await rm(directory, { recursive: true, force: true });
  });

  it('have one file for each stream, and an archive of all of them', async () => {
    await start();
    const { connection, page } = await stage.member('A', { data: 'server' });
    const other = await stage.member('A', { record: false });
    const stream = await stage.publish(connection, page);
    await stage.publish(other.connection, other.page);
    const begun = await stage.api('POST', '/recordings/start', { session: 'A', name: 'film', ...individual });
    expect(begun.status, begun.text).to.equal(200);
    expect(begun.json).to.include({
      ...{ id: 'A', object: 'recording', name: 'film', outputMode: 'INDIVIDUAL', sessionId: 'A', size: 0, duration: 0 },
      ...{ url: null, hasAudio: true, hasVideo: true, status: 'started' },
    });
    expect((await stage.api('GET', '/sessions/A')).json).to.include({ recording: true });
    expect([...stage.media.recorders], 'one does not want to be recorded').to.have.lengthOf(1);
    await write();
    const ended = await stage.api('POST', '/recordings/stop/A');
    expect(ended.status, ended.text).to.equal(200);
    await until('it is ready', async () => (await statusOf('A')) === 'ready');
    const { json } = await stage.api('GET', '/recordings/A');
    expect(Reflect.get(json as object, 'url')).to.equal(`${stage.origin}/openvidu/recordings/A/film.zip`);
    expect(json).to.include({ size: contents.length });
    expect((await stage.ask('GET', '/openvidu/recordings/A/film.zip', { password: null })).status).to.equal(401);
    const headers = { authorization: `Basic ${Buffer.from(`OPENVIDUAPP:${secret}`).toString('base64')}` };
    const answer = await fetch(`${stage.origin}/openvidu/recordings/A/film.zip`, { headers });
    const files = unzipped(Buffer.from(await answer.arrayBuffer()));
    expect([...files.keys()]).to.deep.equal([`${stream.id}.webm`, 'film.json']);
    expect(files.get(`${stream.id}.webm`)).to.deep.equal(contents);
    const known = JSON.parse(String(files.get('film.json'))) as { files: unknown[] };
    expect(known).to.include({ id: 'A', name: 'film', sessionId: 'A' });
    expect(known.files[0]).to.include({
      ...{ connectionId: connection.id, streamId: stream.id, size: contents.length, serverData: 'server' },
      ...{ clientData: '{"clientData":"Ana"}', hasAudio: true, hasVideo: true, typeOfVideo: 'CAMERA' },
    });
    for (const path of ['A/other.zip', 'B/film.zip', '../film.zip', 'A/..%2Ffilm.zip', 'A']) {
      expect((await stage.ask('GET', `/openvidu/recordings/${path}`)).status, path).to.equal(404);
    }
    expect(stage.notices.map(({ to, notice }) => [to.length, notice])).to.deep.equal([
      [2, { method: 'recordingStarted', params: { id: 'A', name: 'film' } }],
      [2, { method: 'recordingStopped', params: { id: 'A', name: 'film', reason: 'recordingStoppedByServer' } }],
    ]);
    expect(told()).to.deep.equal([
      'A started',
      'A stopped recordingStoppedByServer',
      'A ready recordingStoppedByServer',
    ]);
  });

  it('are numbered, listed and deleted', async () => {
    await start();
    const { connection, page } = await stage.member('A');
    await stage.publish(connection, page);
    for (const id of ['A', 'A~1', 'A~2']) {
      const { json } = await stage.api('POST', '/recordings/start', { session: 'A', ...individual });
      expect(json).to.include({ id, name: id });
      expect((await stage.api('DELETE', `/recordings/${id}`)).status, 'it runs').to.equal(409);
      await write();
      expect((await stage.api('POST', `/recordings/stop/${id}`)).status).to.equal(200);
      await until('it has ended', async () => ['ready', 'failed'].includes(String(await statusOf(id))));
    }
    expect((await stage.api('GET', '/recordings')).json).to.include({ count: 3 });
    expect((await stage.api('DELETE', '/recordings/A~1')).status).to.equal(204);
    expect((await stage.api('DELETE', '/recordings/A~1')).status).to.equal(404);
    expect((await stage.api('GET', '/recordings/A~1')).status).to.equal(404);
    expect((await stage.api('POST', '/recordings/stop/A~2')).status).to.equal(404);
    const { json } = await stage.api('POST', '/recordings/start', { session: 'A', ...individual });
    expect(json).to.include({ id: 'A~3' });
  });

  it('are refused in the order of the original', async () => {
    await start();
    await stage.api('POST', '/sessions', { customSessionId: 'empty' });
    await stage.api('POST', '/sessions', { customSessionId: 'R', mediaMode: 'RELAYED' });
    await stage.member('A');
    const statusFor = async (body: object): Promise<number> =>
      (await stage.api('POST', '/recordings/start', body)).status;
    expect(await statusFor({})).to.equal(400);
    expect(await statusFor({ session: 7 })).to.equal(400);
    expect(await statusFor({ session: 'B', outputMode: 'FILM' })).to.equal(404);
    expect(await statusFor({ session: 'R', outputMode: 'FILM' })).to.equal(409);
    expect(await statusFor({ session: 'empty', outputMode: 'FILM' })).to.equal(406);
    for (const wrong of [
      { outputMode: 'FILM' },
      { name: 'a b' },
      { name: '../a' },
      { hasAudio: 'yes' },
      { frameRate: '25' },
    ]) {
      expect(await statusFor({ session: 'A', ...individual, ...wrong }), JSON.stringify(wrong)).to.equal(400);
    }
    for (const wrong of [
      { hasAudio: false, hasVideo: false },
      { resolution: '99x100' },
      { resolution: '100x2000' },
      { frameRate: 121 },
    ]) {
      expect(await statusFor({ session: 'A', ...individual, ...wrong }), JSON.stringify(wrong)).to.equal(422);
    }
    for (const outputMode of [undefined, 'COMPOSED', 'COMPOSED_QUICK_START']) {
      const { status, text } = await stage.api('POST', '/recordings/start', { session: 'A', outputMode });
      expect(status).to.equal(501);
      expect(text).to.include('Only INDIVIDUAL recordings are made here');
    }
    expect(await statusFor({ session: 'A', ...individual })).to.equal(200);
    expect(await statusFor({ session: 'A', ...individual })).to.equal(409);
  });

  it('begin by themselves at the first stream where the session says so', async () => {
    await start();
    const defaultRecordingProperties = { ...individual, name: 'all' };
    await stage.api('POST', '/sessions', { customSessionId: 'A', recordingMode: 'ALWAYS', defaultRecordingProperties });
    const { connection, page } = await stage.member('A');
    expect((await stage.api('GET', '/recordings')).json).to.include({ count: 0 });
    await stage.publish(connection, page);
    await until('it records', async () => (await stage.api('GET', '/recordings/A')).status === 200);
    expect((await stage.api('GET', '/recordings/A')).json).to.include({ name: 'all', status: 'started' });
  });

  it('end with the last participant, and the session after that', async () => {
    await start();
    const { connection, page } = await stage.member('A');
    await stage.publish(connection, page);
    await stage.api('POST', '/recordings/start', { session: 'A', ...individual });
    await write();
    page.leave();
    await until('the session is over', () => facts.some(({ event }) => event === 'sessionDestroyed'));
    expect(told().slice(0, 2)).to.deep.equal(['A started', 'A stopped lastParticipantLeft']);
    await until('the room is gone', () => stage.rooms.names.length === 0);
    const events = facts.map(({ event }) => event);
    expect(events.indexOf('participantLeft')).to.be.below(events.lastIndexOf('recordingStatusChanged'));
    expect(facts.at(-1)).to.include({ event: 'sessionDestroyed', reason: 'lastParticipantLeft' });
  });

  it('are made by the unmodified client of back ends', async () => {
    await start();
    const client = new OpenVidu(stage.origin, secret);
    const { connection, page } = await stage.member('A');
    await stage.publish(connection, page);
    const begun = await client.startRecording('A', { outputMode: Recording.OutputMode.INDIVIDUAL, name: 'film' });
    expect([begun.id, begun.status]).to.deep.equal(['A', 'started']);
    await write();
    await client.stopRecording('A');
    await until('it has ended', async () => ['ready', 'failed'].includes(String(await statusOf('A'))));
    expect((await client.listRecordings()).map(({ id }) => id)).to.deep.equal(['A']);
    await client.deleteRecording('A');
    expect(await client.listRecordings()).to.deep.equal([]);
  });

  it('are told to the roles that the option names', async () => {
    await start({ recordingNotification: 'moderator' });
    const { connection, page } = await stage.member('A', { role: 'MODERATOR' });
    await stage.member('A');
    await stage.publish(connection, page);
    await stage.api('POST', '/recordings/start', { session: 'A', ...individual });
    expect(stage.notices.map(({ to }) => to)).to.deep.equal([[connection.id]]);
  });
});
