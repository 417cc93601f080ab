import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { roles, roomsRecordSchema } from '../../rooms/index.js';
import type { RoomsRecord } from '../../rooms/index.js';
import { StateFile } from '../../src/state-file.js';
import type { GivenConfig } from '../../src/config.js';
import { publishOffer, receiveOffer } from '../support/fixtures.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';

const features = ['state', 'moderation', 'streams', 'chat'];

describe('a server that goes on with the rooms of its former process', () => {
  const stages: ServiceStage[] = [];
  const clients: RpcClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const stage of stages.splice(0)) await stage.stop();
  });

  async function start(config: GivenConfig = {}, former?: RoomsRecord, like?: ServiceStage): Promise<ServiceStage> {
    const stage = new ServiceStage(config, { former }, like?.media);
    stages.push(stage);
    await stage.start();
    return stage;
  }

  async function connect(stage: ServiceStage): Promise<RpcClient> {
    const client = await RpcClient.connect(stage.service.url);
    clients.push(client);
    return client;
  }

  /** @returns the client, and the id of its session */
  async function join(stage: ServiceStage, user: string): Promise<[RpcClient, string]> {
    const client = await connect(stage);
    const { sessionId } = await client.request('joinRoom', { user, room: 'r', features });
    return [client, String(sessionId)];
  }

  /** The rooms as text, as a file has them. `meanwhile` happens while they are handed over. */
  async function handOver(stage: ServiceStage, meanwhile?: () => void): Promise<RoomsRecord> {
    let text = '';
    const handing = stage.service.handOver((rooms) => {
      text = JSON.stringify(rooms);
    });
    meanwhile?.();
    await handing;
    await stage.stop();
    return roomsRecordSchema.parse(JSON.parse(text));
  }

  async function resume(stage: ServiceStage, sessionId: string): Promise<RpcClient> {
    const client = await connect(stage);
    expect(await client.request('connect', { sessionId })).to.include({ value: 'reconnection successful', sessionId });
    return client;
  }

  it('has everybody back by their sessions, with what they missed, and media is never touched', async () => {
    const first = await start();
    const [ana, anaId] = await join(first, 'ana');
    const [ben, benId] = await join(first, 'ben');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    await ben.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await ben.close();
    await ana.request('sendMessage', { message: 'ben is away', userMessage: 'ana', roomMessage: 'r' });
    const [{ sinks } = { sinks: undefined }] = [...first.media.endpoints].filter((each) => each.sinks.size > 0);
    expect(sinks?.size).to.equal(1);
    const before = [...first.media.endpoints].map(({ record }) => record);

    const rooms = await handOver(first);
    expect(await ana.closed, 'come back later').to.equal(1012);
    expect([...first.media.endpoints].map(({ record }) => record)).to.deep.equal(before);
    const second = await start({}, rooms, first);

    expect([...second.media.endpoints].map(({ record }) => record)).to.have.members(before);
    const benNow = await resume(second, benId);
    expect(await benNow.notified('sendMessage')).to.include({ message: 'ben is away', user: 'ana' });
    const anaNow = await resume(second, anaId);
    await anaNow.request('sendMessage', { message: 'welcome back', userMessage: 'ana', roomMessage: 'r' });
    expect(await benNow.notified('sendMessage')).to.include({ message: 'welcome back' });
    expect(benNow.notifications, 'nobody left or came').to.deep.equal([]);
    const [cleo] = await join(second, 'cleo');
    await cleo.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
    await anaNow.request('unpublishVideo');
    expect(await benNow.notified('participantUnpublished')).to.include({ name: 'ana' });
    for (const client of [anaNow, benNow, cleo]) await client.request('leaveRoom');
    await until('nothing is left at the media server', () => second.media.allocated === 0);
    expect([...second.media.releases.values()].every((times) => times === 1)).to.equal(true);
  });

  it('answers what was being served as it stopped, once', async () => {
    const first = await start();
    const [ana, anaId] = await join(first, 'ana');
    const [, benId] = await join(first, 'ben');
    const answering = first.media.holdNext('answer');
    ana.send({ jsonrpc: '2.0', id: 77, method: 'publishVideo', params: { sdpOffer: publishOffer } });
    ana.send({ jsonrpc: '2.0', id: 78, method: 'raiseHand', params: { raised: true } });
    await answering.reached;
    const rooms = await handOver(first, () => {
      setImmediate(answering.open);
    });
    const second = await start({}, rooms, first);
    const anaNow = await resume(second, anaId);
    expect((await anaNow.take(({ id }) => id === 77)).result).to.have.property('sdpAnswer');
    expect((await anaNow.take(({ id }) => id === 78)).result).to.include({ sessionId: anaId });
    const benNow = await resume(second, benId);
    expect(await benNow.notified('participantPublished')).to.include({ id: 'ana' });
    const { params } = await benNow.take((frame) => frame.params?.hand === true);
    expect(params).to.include({ id: 'ana' });
    expect(second.media.endpoints.size).to.equal(1);
  });

  it('gives those that do not come back the grace time, and the others learn that they left', async () => {
    const first = await start();
    const [, anaId] = await join(first, 'ana');
    await join(first, 'ben');
    const rooms = await handOver(first);
    const second = await start({ kurentoRoom: { sessionGraceMs: 300 } }, rooms, first);
    const ana = await resume(second, anaId);
    expect(await ana.notified('participantLeft')).to.include({ name: 'ben' });
    await ana.request('leaveRoom');
    expect(second.rooms.names).to.deep.equal([]);
  });

  it('keeps tokens, names and refusals: the holder of a resume token takes its place, a banned one stays out', async () => {
    const first = await start();
    const ana = await connect(first);
    const { resumeToken } = await ana.request('joinRoom', { user: 'ana', room: 'r', features, resumeToken: null });
    const program = { administrator: 'test', bearer: { grantsIn: () => roles.MODERATOR } };
    first.rooms.find('r')?.moderatedBy(program).ban({ name: 'mallory' }, -1);
    const rooms = await handOver(first);
    const second = await start({}, rooms, first);
    const other = await connect(second);
    expect(await other.refusal('joinRoom', { user: 'ana', room: 'r', resumeToken: 'f'.repeat(32) })).to.equal(104);
    const same = await connect(second);
    expect(await same.request('joinRoom', { user: 'ana', room: 'r', resumeToken })).to.have.property('resumeToken');
    expect(second.rooms.find('r')?.size).to.equal(1);
    expect(await other.reason('joinRoom', { user: 'mallory', room: 'r' })).to.equal('401 banned');
  });

  it('lets people of protocols that cannot come back leave, and tells the others', async () => {
    const first = await start();
    const [former, anaId] = await join(first, 'ana');
    const attributes = { displayName: 'Zoe', dialect: 'easyrtc', hearsPrivateTexts: true };
    await first.rooms.join('r', { id: 'zoe', attributes }, () => () => undefined);
    expect(await former.notified('participantJoined')).to.include({ id: 'Zoe' });
    const second = await start({}, await handOver(first), first);
    const ana = await resume(second, anaId);
    expect(await ana.notified('participantLeft')).to.include({ name: 'Zoe' });
    expect(second.rooms.find('r')?.size).to.equal(1);
  });

  it('ends as ever when its rooms cannot be kept: everybody leaves, and media is released', async () => {
    const first = await start();
    const [ana] = await join(first, 'ana');
    await ana.request('publishVideo', { sdpOffer: publishOffer });
    const noSpace = (): void => {
      throw new Error('no space');
    };
    const failed = await first.service.handOver(noSpace).catch(String);
    expect(failed).to.equal('Error: no space');
    await first.stop();
    await until('nothing is left', () => first.media.allocated === 0);
  });
});

describe('the state file', () => {
  let folder: string;
  let path: string;
  const log = new RecordingLog();
  const empty: RoomsRecord = {
    rooms: [],
    refusals: { bans: [], lastBan: 3, revocations: [], evictions: [], keptClosed: [] },
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'atrium-'));
    path = join(folder, 'state.json');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is read once, and by nobody else', async () => {
    const file = new StateFile(path, log, () => 1_000);
    expect(await file.take(), 'there is none').to.equal(undefined);
    file.save(empty);
    file.save(empty);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    // Somebody else has made a file of the name that it is first written under.
    await symlink(join(folder, 'elsewhere'), `${path}.${process.pid}`);
    file.save(empty);
    expect(await readdir(folder)).to.deep.equal(['state.json']);
    expect(await file.take()).to.deep.equal(empty);
    expect(await readdir(folder)).to.deep.equal([]);
    expect(await file.take()).to.equal(undefined);
    expect(log.lines).to.deep.equal([]);
  });

  it('leaves nothing half written behind when it cannot be written', async () => {
    await mkdir(join(path, 'in the way'), { recursive: true });
    expect(() => {
      new StateFile(path, log, () => 0).save(empty);
    }).to.throw();
    expect(await readdir(folder)).to.deep.equal(['state.json']);
  });

  it('is of no use when it is old, damaged or of another version, which is said once', async () => {
    let time = 0;
    const file = new StateFile(path, log, () => time);
    file.save(empty);
    const text = await readFile(path, 'utf8');
    time = 60_001;
    expect(await file.take()).to.equal(undefined);
    time = 60_000;
    for (const wrong of [text.slice(0, -2), '', '[]', text.replace('"version":1', '"version":2')]) {
      await writeFile(path, wrong);
      expect(await file.take(), wrong).to.equal(undefined);
      expect(await readdir(folder), wrong).to.deep.equal([]);
    }
    expect(log.lines).to.have.length(5);
    await writeFile(path, text);
    expect(await file.take()).to.deep.equal(empty);
  });
});
