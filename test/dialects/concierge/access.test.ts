import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Participant } from '../../../rooms/index.js';
import { keys, moderator, tokenOf } from '../../access/given.js';
import { ConciergeStage } from './stage.js';
import type { ConciergeClient } from './concierge-client.js';

const garden = { room: 'garden', roomJoin: true };
const toGarden = { type: 'MESSAGE', target: { type: 'GROUP', group: 'garden' }, data: 'psst' };
const bad = { type: 'STATUS', code: 'BAD' };

async function bearer(stage: ConciergeStage, sub: string, video: object = {}): Promise<ConciergeClient> {
  return stage.identify(sub, { secret: await tokenOf({ sub, video: { ...garden, ...video } }) });
}

async function turnedAway(stage: ConciergeStage, name: string, secret?: string): Promise<number> {
  const client = await stage.connect();
  client.send({ type: 'IDENTIFY', name, version: '0.1.0', ...(secret !== undefined && { secret }) });
  return (await client.closed).code;
}

function participant(stage: ConciergeStage, name: string): Participant {
  const found = [...(stage.rooms.find('garden')?.everybody ?? [])].find(
    ({ attributes }) => attributes.displayName === name,
  );
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

function by(stage: ConciergeStage) {
  const room = stage.rooms.find('garden');
  if (!room) throw new Error('there is no garden');
  return room.moderatedBy(moderator);
}

describe('Concierge with AUTH=required', () => {
  const filesDir = mkdtempSync(join(tmpdir(), 'concierge-'));
  const concierge = { files: 'uuid', filesDir } as const;
  const stage = new ConciergeStage({ auth: 'required', keys, evictionMs: 0, roomList: 'public', concierge });
  after(() => {
    rmSync(filesDir, { recursive: true });
  });
  before(() => stage.start());
  afterEach(() => stage.empty());
  after(() => stage.stop());

  /** A client that is in the garden. */
  async function inside(sub: string, video: object = {}): Promise<ConciergeClient> {
    const client = await bearer(stage, sub, video);
    if (!stage.rooms.find('garden')) await client.ask({ type: 'GROUP_CREATE', name: 'garden' });
    const answer = await client.subscribe('garden');
    if (answer.code !== 'SUBSCRIBED' && answer.code !== 'SELF_SUBSCRIBED') throw new Error(JSON.stringify(answer));
    return client;
  }

  it('takes a token as the secret, under the name of its bearer', async () => {
    const secret = await tokenOf({ name: 'Ana', video: garden });
    expect(await turnedAway(stage, 'ana')).to.equal(4006);
    expect(await turnedAway(stage, 'ana', 'guess')).to.equal(4006);
    expect(await turnedAway(stage, 'ana', `${secret}x`)).to.equal(4006);
    expect(await turnedAway(stage, 'ben', secret)).to.equal(4008);
    await stage.identify('Ana', { secret });
    const ana = await stage.identify('ana', { secret });
    await ana.ask({ type: 'GROUP_CREATE', name: 'garden' });
    await ana.subscribe('garden');
    expect(participant(stage, 'Ana').identity).to.equal('ana');
  });

  it('serves what comes while a token is looked at, in order', async () => {
    const client = await stage.connect();
    client.send({ type: 'IDENTIFY', name: 'ana', version: '0.1.0', secret: await tokenOf({ video: garden }) });
    client.send({ type: 'GROUP_CREATE', name: 'garden' });
    client.send({ type: 'SELF_SUBSCRIBE', name: 'garden' });
    const answers = [await client.next(), await client.next(), await client.next()];
    expect(answers.map(({ seq }) => seq)).to.deep.equal([undefined, 0, 1]);
    expect(answers[0]?.type).to.equal('HELLO');
  });

  it('leaves nothing of a client that has gone while its token was looked at', async () => {
    const client = await stage.connect();
    client.send({ type: 'IDENTIFY', name: 'ana', version: '0.1.0', secret: await tokenOf({ video: garden }) });
    client.cut();
    await stage.empty();
    expect(stage.gateway.remains).to.include({ identities: 0, sessions: 0 });
  });

  it('lets the bearer of the same identity come back, and ends its older connection', async () => {
    const first = await bearer(stage, 'ana');
    await bearer(stage, 'ana');
    expect((await first.closed).code).to.equal(4005);
  });

  it('refuses other rooms, and tells nothing of them', async () => {
    await inside('ana');
    const eve = await bearer(stage, 'eve', { room: 'side' });
    for (const type of ['SELF_SUBSCRIBE', 'GROUP_CREATE']) {
      expect(await eve.ask({ type, name: 'garden' })).to.include(bad);
    }
    expect(await eve.ask({ type: 'GROUP_CREATE', name: 'other' })).to.include(bad);
    expect(await eve.ask({ type: 'GROUP_FETCH', name: 'garden' })).to.include({ code: 'NO_SUCH_GROUP' });
    expect(await eve.ask({ type: 'GROUP_FETCH_ALL' })).to.deep.include({ groups: [] });
    expect(await eve.ask(toGarden)).to.include(bad);
    expect(await eve.ask({ type: 'GROUP_CREATE', name: 'side' })).to.include({ code: 'GROUP_CREATED' });
  });

  it('relays nothing that the grants of a client do not allow', async () => {
    const ana = await inside('ana');
    const eve = await inside('eve', { canPublish: false });
    await ana.skip();
    const targets = [{ type: 'ALL' }, { type: 'NAME', name: 'ana' }, { type: 'UUID', uuid: ana.uuid }, toGarden.target];
    for (const target of targets) {
      expect(await eve.ask({ type: 'MESSAGE', target, data: 'psst' }), target.type).to.include(bad);
    }
    expect(await ana.all()).to.deep.equal([]);
    expect(await ana.ask({ type: 'MESSAGE', target: { type: 'NAME', name: 'eve' }, data: 1 })).to.include({
      code: 'MESSAGE_SENT',
    });
  });

  it('takes no files of a client that may send nothing', async () => {
    const eve = await inside('eve', { canPublish: false });
    const put = (client: ConciergeClient, name: string): Promise<Response> =>
      fetch(`${stage.url}fs/${name}/x`, { method: 'PUT', body: 'x', headers: { 'x-fs-key': client.uuid } });
    expect((await put(eve, 'eve')).status).to.equal(403);
    expect((await put(await inside('ana'), 'ana')).status).to.equal(201);
  });

  it('tells nobody that a hidden client is in a room, and the hidden client of everything', async () => {
    const ana = await inside('ana');
    const spy = await inside('spy', { hidden: true });
    const ben = await inside('ben');
    await ana.skip();
    const group = await ben.ask({ type: 'GROUP_FETCH', name: 'garden' });
    expect(group.subscribers).to.deep.equal([ana.uuid, ben.uuid]);
    await ana.ask(toGarden);
    expect((await spy.all()).at(-1)).to.include({ type: 'MESSAGE', data: 'psst' });
  });

  it('says nothing to a client that was removed or banned, and lets it not back in', async () => {
    const ana = await inside('ana');
    const ben = await inside('ben');
    by(stage).evict(participant(stage, 'ben'), { banMs: -1 });
    expect(await ben.next()).to.include({ type: 'STATUS', code: 'UNSUBSCRIBED' });
    expect(await ben.ask({ type: 'SELF_SUBSCRIBE', name: 'garden' })).to.include(bad);
    expect(await ben.ask(toGarden)).to.include(bad);
    for (const target of [{ type: 'ALL' }, { type: 'NAME', name: 'ana' }]) {
      expect(await ben.ask({ type: 'MESSAGE', target, data: 'psst' })).to.include(bad);
    }
    await ana.ask(toGarden);
    expect(await ben.all()).to.deep.equal([]);
  });

  it('lets a client that was removed send to all when it is back', async () => {
    await inside('ana');
    const ben = await inside('ben');
    by(stage).evict(participant(stage, 'ben'));
    await ben.next();
    const toAll = { type: 'MESSAGE', target: { type: 'ALL' }, data: 'hi' };
    expect(await ben.ask(toAll)).to.include(bad);
    await ben.subscribe('garden');
    expect((await ben.ask({ ...toAll, target: { type: 'NAME', name: 'ana' } })).code).to.equal('MESSAGE_SENT');
    ben.send(toAll);
    expect((await ben.all()).map(({ code }) => code)).to.include('MESSAGE_SENT');
  });

  it('lets a client that waits hear nothing until it is admitted', async () => {
    const ana = await inside('ana');
    by(stage).update({ waitingRoom: true });
    const ben = await bearer(stage, 'ben');
    expect(await ben.ask({ type: 'SELF_SUBSCRIBE', name: 'garden' })).to.include(bad);
    await ana.ask(toGarden);
    expect(await ben.ask(toGarden)).to.include(bad);
    expect(await ben.ask({ type: 'GROUP_FETCH', name: 'garden' })).to.include({ code: 'NO_SUCH_GROUP' });
    expect(await ben.all()).to.deep.equal([]);
    const [waiting] = by(stage).waiting;
    expect(waiting).to.include({ name: 'ben', door: 'concierge' });
    by(stage).admit(waiting?.id ?? '');
    expect((await ben.ask({ type: 'SELF_SUBSCRIBE', name: 'garden' })).code).to.match(/SUBSCRIBED$/);
    by(stage).update({ waitingRoom: false, locked: true });
    const eve = await bearer(stage, 'eve');
    expect(await eve.ask({ type: 'SELF_SUBSCRIBE', name: 'garden' })).to.include(bad);
    expect(await eve.ask(toGarden)).to.include(bad);
  });
});

describe('Concierge with a secret', () => {
  const stage = new ConciergeStage({ auth: 'optional', bridge: false, keys, concierge: { secret: 'open sesame' } });
  before(() => stage.start());
  afterEach(() => stage.empty());
  after(() => stage.stop());

  it('takes the secret or a token', async () => {
    await stage.identify('ana', { secret: 'open sesame' });
    await bearer(stage, 'ben');
    expect(await turnedAway(stage, 'eve')).to.equal(4006);
    expect(await turnedAway(stage, 'eve', 'sesame')).to.equal(4006);
    expect(await turnedAway(stage, 'eve', await tokenOf({ sub: 'eve' }, { secret: 'x'.repeat(32) }))).to.equal(4006);
  });
});
