import { expect } from 'chai';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GivenConfig } from '../../src/config.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { MemoryArchive } from '../support/memory-archive.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { testKey, tokenWith } from '../support/tokens.js';
import { until } from '../support/until.js';
import { Asker } from './asker.js';
import type { Reply } from './asker.js';

const as = (video: object): { readonly Authorization: string } => ({
  Authorization: `Bearer ${tokenWith({ sub: 'backend', video })}`,
});
const recorder = as({ room: 'r', roomRecord: true });

interface Recording {
  readonly id: string;
  readonly state: string;
  readonly endReason?: string;
}

describe('REST: a recording', () => {
  let directory: string;
  let stage: ServiceStage;
  let asker: Asker;
  const clients: RpcClient[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'atrium-rest-recordings-'));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    await stage.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function begin(given: GivenConfig = {}, archive?: MemoryArchive): Promise<void> {
    const config = { adminToken, keys: testKey, recordingsDir: directory, recordingsMinFreeMb: 0, ...given };
    stage = new ServiceStage(config, { archive });
    asker = await Asker.of(await stage.start());
    for (const name of ['r', 'other']) await post('rooms', { name }, asAdmin.headers);
  }

  function post(path: string, body?: object, headers: object = recorder): Promise<Reply> {
    const all = { ...headers, ...(body && { 'Content-Type': 'application/json' }) };
    return asker.ask(`api/v1/${path}`, 'POST', all, body && JSON.stringify(body));
  }

  async function started(body: object = {}): Promise<Recording> {
    const reply = await post('rooms/r/recordings', body);
    expect(reply.status, reply.text).to.equal(201);
    return reply.body as Recording;
  }

  const outcomeOf = ({ status, body }: Reply): unknown => [status, (body as { code?: string; state?: string }).code];
  const stateOf = ({ status, body }: Reply): unknown => [status, (body as Recording).state];
  const get = (path: string): Promise<Reply> => asker.ask(`api/v1/${path}`, 'GET', recorder);

  it('begins, rests, goes on and ends, and each answer says how it is then', async () => {
    await begin();
    const made = await post('rooms/r/recordings', { name: 'Monday', kinds: ['audio'] });
    expect(made.status).to.equal(201);
    expect(made.body).to.deep.include({
      ...{ name: 'Monday', state: 'recording', startedBy: 'test', target: {}, files: [] },
    });
    expect(made.body).to.have.nested.property('room.name', 'r');
    const { id } = made.body as Recording;
    expect((await get(`recordings/${id}`)).body).to.deep.include({ id, state: 'recording' });
    expect((await get('recordings?state=recording')).body).to.have.nested.property('recordings[0].id', id);
    for (const [verb, ...outcome] of [
      ['resume', 409, undefined],
      ['pause', 200, 'paused'],
      ['pause', 409, undefined],
      ['resume', 200, 'recording'],
      ['pause', 200, 'paused'],
      ['stop', 200, 'ready'],
      ['stop', 200, 'ready'],
      ['pause', 409, undefined],
      ['resume', 409, undefined],
    ]) {
      expect(stateOf(await post(`recordings/${id}/${verb}`)), String(verb)).to.deep.equal(outcome);
    }
    expect((await get(`recordings/${id}`)).body).to.include({ state: 'ready', endReason: 'stopped' });
    expect((await asker.ask(`api/v1/recordings/${id}`, 'DELETE', recorder)).status).to.equal(204);
    expect(outcomeOf(await post(`recordings/${id}/stop`))).to.deep.equal([404, 'recording-not-found']);
  });

  it('is of the room, of a participant by identity or id, or of a stream; of each there is one at a time', async () => {
    await begin();
    const ana = await RpcClient.connect(stage.service.url);
    clients.push(ana);
    await ana.request('joinRoom', {
      ...{
        user: 'ana',
        room: 'r',
        token: tokenWith({ sub: 'ana-42', name: 'ana', video: { room: 'r', roomJoin: true } }),
      },
    });
    const [member] = stage.rooms.find('r')?.participants ?? [];
    const { id = '', identity = '' } = member ?? {};
    const targets = [{}, { participant: id }, { participant: id, stream: 'screen' }, { stream: 'screen' }];
    for (const target of targets) {
      expect(await started({ target }))
        .to.have.property('target')
        .that.deep.equals(target);
    }
    for (const target of [...targets, { participant: identity }]) {
      const again = await post('rooms/r/recordings', { target });
      expect(outcomeOf(again), JSON.stringify(target)).to.deep.equal([409, 'conflict']);
    }
    const absent = await post('rooms/r/recordings', { target: { participant: 'nobody' } });
    expect(outcomeOf(absent)).to.deep.equal([404, 'participant-not-found']);
    expect(outcomeOf(await post('rooms/nowhere/recordings', {}, asAdmin.headers))).to.deep.equal([
      ...[404, 'room-not-found'],
    ]);
  });

  it('begins only for a body that is well-formed', async () => {
    await begin();
    const wrong = [
      { target: 'ana' },
      { target: { participant: '' } },
      { target: { person: 'ana' } },
      { sources: ['window'] },
      { sources: [] },
      { kinds: 'audio' },
      { kinds: [] },
      { name: 7 },
      { name: 'n'.repeat(257) },
      { name: 'a\u0000b' },
      { format: 'mp4' },
      { id: 'REC_0' },
    ];
    for (const body of wrong) {
      expect(outcomeOf(await post('rooms/r/recordings', body)), JSON.stringify(body)).to.deep.equal([
        ...[400, 'bad-request'],
      ]);
    }
    expect((await get('recordings')).body)
      .to.have.property('recordings')
      .that.deep.equals([]);
    expect((await readdir(directory)).filter((name) => name.startsWith('REC_'))).to.deep.equal([]);
  });

  it('is begun and changed by those who may record its room, and by nobody else', async () => {
    await begin();
    const may = [recorder, as({ room: 'r', roomAdmin: true }), as({ roomRecord: true }), asAdmin.headers];
    const mayNot = [
      as({ room: 'other', roomRecord: true, roomAdmin: true }),
      as({ room: 'r', roomJoin: true, roomCreate: true, roomList: true, recorder: true }),
    ];
    for (const headers of may) {
      const made = await post('rooms/r/recordings', {}, headers);
      const { id } = made.body as Recording;
      expect(made.status).to.equal(201);
      for (const verb of ['pause', 'resume', 'stop']) {
        const path = `recordings/${id}/${verb}`;
        for (const refused of mayNot) {
          expect(outcomeOf(await post(path, undefined, refused))).to.deep.equal([404, 'recording-not-found']);
        }
        expect(outcomeOf(await post(path, undefined, {}))).to.deep.equal([401, 'token-needed']);
        expect((await post(path, undefined, headers)).status, verb).to.equal(200);
      }
    }
    for (const headers of mayNot) {
      expect(outcomeOf(await post('rooms/r/recordings', {}, headers))).to.deep.equal([403, 'forbidden']);
    }
    expect(outcomeOf(await post('rooms/r/recordings', {}, {}))).to.deep.equal([401, 'token-needed']);
  });

  it('has ended with its room, also for a room that has that name afterwards', async () => {
    await begin();
    const { id } = await started();
    stage.rooms.find('r')?.close('the test says so');
    await until('its files are whole', async () => (await get(`recordings/${id}`)).text.includes('"ready"'));
    for (const isNamedAgain of [false, true]) {
      if (isNamedAgain) await post('rooms', { name: 'r' }, asAdmin.headers);
      const stopped = await post(`recordings/${id}/stop`);
      expect(stateOf(stopped)).to.deep.equal([200, 'ready']);
      expect((stopped.body as Recording).endReason).to.equal('room-closed');
      expect(outcomeOf(await post(`recordings/${id}/pause`))).to.deep.equal([409, 'conflict']);
    }
    expect((await started()).id).to.not.equal(id);
  });

  it('cannot be changed where its room is not open, as when the server that made it is dead', async () => {
    const archive = new MemoryArchive();
    archive.add({ id: 'REC_left', state: 'recording', room: { name: 'left', sid: 'RM_left' } });
    archive.add({ id: 'REC_ending', state: 'stopping', room: { name: 'left', sid: 'RM_left' } });
    await begin({}, archive);
    for (const verb of ['stop', 'pause', 'resume']) {
      expect(outcomeOf(await post(`recordings/REC_left/${verb}`, undefined, asAdmin.headers)), verb).to.deep.equal([
        ...[409, 'conflict'],
      ]);
    }
    const ending = await post('recordings/REC_ending/stop', undefined, asAdmin.headers);
    expect(stateOf(ending)).to.deep.equal([200, 'stopping']);
  });

  it('is refused with a reason where nothing is recorded, or the disk is full', async () => {
    await begin({ recordingsDir: '' });
    expect(outcomeOf(await post('rooms/r/recordings', {}))).to.deep.equal([403, 'writes-off']);
    await stage.stop();
    await begin({ recordings: false });
    expect(outcomeOf(await post('rooms/r/recordings', {}))).to.deep.equal([403, 'writes-off']);
    expect((await get('recordings')).status, 'former ones are there').to.equal(200);
    await stage.stop();
    await begin({ recordingsMinFreeMb: 1_000_000_000 });
    expect(outcomeOf(await post('rooms/r/recordings', {}))).to.deep.equal([507, 'no-space']);
  });
});
