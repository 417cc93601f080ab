import { expect } from 'chai';
import type { Participant } from '../../../rooms/index.js';
import { keys, moderator, tokenOf } from '../../access/given.js';
import { Page, handshake, transports } from './page.js';
import { useStage } from './stage.js';
import type { CompeitStage } from './stage.js';
import { token as doorToken, tokenSecret } from './token.js';

const garden = { room: 'garden', roomJoin: true };
const offer = 'v=0 offer';

interface Refused {
  readonly type: string;
  readonly data: { readonly code: string; readonly message: string };
}

async function refusalOf(page: Page): Promise<string> {
  const { type, data } = (await page.take('server_message', 'error')) as Refused;
  return `${type} ${data.code}`;
}

function participantOf(stage: CompeitStage, name: string): Participant {
  const found = [...(stage.rooms.find('garden')?.participants ?? [])].find(
    ({ attributes }) => attributes.displayName === name,
  );
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

function by(stage: CompeitStage) {
  const room = stage.rooms.find('garden');
  if (!room) throw new Error('there is no garden');
  return room.moderatedBy(moderator);
}

describe('COMPEIT with AUTH=required', () => {
  const { stage, pages } = useStage({ auth: 'required', keys, evictionMs: 0 });

  async function bearer(sub: string, video: object = {}): Promise<Page> {
    const token = await tokenOf({ sub, video: { ...garden, ...video } });
    const page = await Page.connect(stage.url, 'websocket', `token=${token}`);
    pages.push(page);
    return page;
  }

  async function inside(sub: string, video: object = {}): Promise<Page> {
    const page = await bearer(sub, video);
    await page.join('garden');
    return page;
  }

  /** Two users, the second of whom receives what the first sends. */
  async function senderAndReceiver(): Promise<[Page, Page]> {
    const ana = await inside('ana');
    const ben = await inside('ben');
    ana.kurento('send_start', { offerSdp: offer });
    await ana.take('server_message', 'send_started');
    ben.kurento('receive_start', { offerSdp: offer, sender: ana.id });
    await ben.take('server_message', 'receive_started');
    return [ana, ben];
  }

  for (const transport of transports) {
    it(`takes a token from the query, a bearer or a cookie, over ${transport}`, async () => {
      const token = await tokenOf({ name: 'Ana', video: garden });
      const introductions: [string, Record<string, string>][] = [
        [`token=${token}&name=Eve`, {}],
        [`access_token=${token}&name=Eve`, {}],
        ['name=Eve', { authorization: `Bearer ${token}` }],
        ['', { cookie: `compeit_name=Eve; compeit_token=${token}` }],
      ];
      for (const [query, headers] of introductions) {
        const page = await Page.connect(stage.url, transport, query, headers);
        expect(page.user.name).to.equal('Ana');
        await page.join('garden');
        expect(participantOf(stage, 'Ana').bearer).to.include({ identity: 'ana', address: '127.0.0.1' });
        page.cut();
        await stage.nothingRemains();
      }
    });
  }

  it('refuses the handshake without a token and with a bad one', async () => {
    const bad = await tokenOf({ video: garden }, { secret: 'x'.repeat(32) });
    for (const query of ['', 'name=Ana', 'token=x', `token=${bad}`]) {
      const refusal = await handshake(stage.url, query).catch((error: unknown) => String(error));
      expect(refusal).to.equal('Error: 403 not authenticated');
      const page = Page.begin(stage.url, query);
      await page.gone();
      expect(page.refusal).to.equal('not authenticated');
    }
  });

  it('refuses other rooms, and leaves the page in the one it is in', async () => {
    const ana = await inside('ana');
    ana.emit('join_room', { room: 'side' });
    expect(await refusalOf(ana)).to.equal('connection forbidden');
    ana.emit('room_message', { type: 'chat', data: 'still here' });
    await ana.take('room_message');
    expect(stage.rooms.names).to.deep.equal(['garden']);
  });

  it('does nothing that the grants of a user do not allow', async () => {
    const ana = await inside('ana');
    const eve = await inside('eve', { canPublish: false, canSubscribe: false });
    ana.kurento('send_start', { offerSdp: offer });
    await ana.take('server_message', 'send_started');
    for (const type of ['chat', 'draw']) {
      eve.emit('room_message', { type, data: 'psst' });
      expect(await refusalOf(eve)).to.equal('connection forbidden');
      eve.emit('user_message', { type, data: 'psst', to: ana.id });
      expect(await refusalOf(eve)).to.equal('connection forbidden');
    }
    eve.emit('user_message', { type: 'kurento', data: { event: 'mediaOffer' }, to: ana.id });
    expect(await refusalOf(eve)).to.equal('connection forbidden');
    eve.kurento('send_start', { offerSdp: offer });
    expect(await refusalOf(eve)).to.equal('kurento forbidden');
    eve.kurento('receive_start', { offerSdp: offer, sender: ana.id });
    expect(await refusalOf(eve)).to.equal('kurento forbidden');
    expect((await ana.rest()).map(({ name }) => name)).not.to.include.members(['room_message', 'user_message']);
  });

  it('passes on what a user without texts says of its stream, and nothing with it', async () => {
    const ana = await inside('ana');
    const ben = await inside('ben', { canPublishData: false });
    ben.emit('user_message', { type: 'kurento', data: { event: 'mediaOffer', psst: 1 }, to: ana.id });
    expect(await ana.take('user_message')).to.deep.include({ data: { event: 'mediaOffer' } });
    ben.emit('room_message', { type: 'kurento', data: { event: 'mute' } });
    expect(await ana.take('room_message')).to.deep.include({ data: { event: 'mute' } });
  });

  it('says to a sender and its receivers that a moderator has ended the stream', async () => {
    const [ana, ben] = await senderAndReceiver();
    by(stage).unpublish(participantOf(stage, 'ana'));
    await ana.take('server_message', 'send_stopped');
    expect(await ben.take('server_message', 'sender_stopped')).to.include({ sender: ana.id });
    ana.kurento('send_start', { offerSdp: offer });
    await ana.take('server_message', 'send_started');
    by(stage).setGrants(participantOf(stage, 'ana'), { canPublish: false });
    await ana.take('server_message', 'send_stopped');
    ana.kurento('send_start', { offerSdp: offer });
    expect(await refusalOf(ana)).to.equal('kurento forbidden');
  });

  it('ends what a user receives that may receive nothing any more', async () => {
    const [, ben] = await senderAndReceiver();
    by(stage).setGrants(participantOf(stage, 'ben'), { canSubscribe: false });
    await ben.take('server_message', 'receive_stopped');
  });

  it('tells nobody of a hidden user, and the hidden user of everything', async () => {
    const ana = await inside('ana');
    const spy = await inside('spy', { hidden: true });
    const ben = await inside('ben');
    ana.emit('user_message', { type: 'draw', data: 1, to: spy.id });
    expect(await refusalOf(ana)).to.equal('connection no_such_user');
    ana.emit('room_message', { type: 'draw', data: 'are we alone?' });
    expect(await spy.take('room_message')).to.include({ data: 'are we alone?' });
    spy.cut();
    await ana.rest();
    for (const page of [ana, ben]) {
      const seen = JSON.stringify(page.events.filter(({ name }) => name.startsWith('user_')));
      expect(seen).not.to.include(`"id":${spy.id},`);
    }
  });

  it('says why a user was removed, and lets it hear nothing', async () => {
    const ana = await inside('ana');
    const ben = await inside('ben');
    by(stage).evict(participantOf(stage, 'ben'), { reason: 'too loud', banMs: -1 });
    await ben.take('room_left');
    const { data } = (await ben.take('server_message', 'error')) as Refused;
    expect(data).to.include({ code: 'forbidden', message: 'too loud' });
    ben.emit('join_room', { room: 'garden' });
    expect(await refusalOf(ben)).to.equal('connection forbidden');
    ben.kurento('receive_start', { offerSdp: offer, sender: ana.id });
    expect(await refusalOf(ben)).to.equal('kurento not_in_room');
    ana.emit('room_message', { type: 'chat', data: 'at last' });
    await ana.take('room_message');
    expect(await ben.rest()).to.deep.equal([]);
  });

  it('lets a user that waits hear nothing until it is admitted, and tells of full and locked rooms', async () => {
    const ana = await inside('ana');
    by(stage).update({ waitingRoom: true });
    const ben = await bearer('ben');
    ben.emit('join_room', { room: 'garden' });
    expect(await refusalOf(ben)).to.equal('connection forbidden');
    ana.emit('room_message', { type: 'chat', data: 'are we alone?' });
    await ana.take('room_message');
    expect(await ben.rest()).to.deep.equal([]);
    by(stage).admit(by(stage).waiting[0]?.id ?? '');
    await ben.join('garden');
    const eve = await bearer('eve');
    by(stage).update({ waitingRoom: false, locked: true });
    eve.emit('join_room', { room: 'garden' });
    expect(await refusalOf(eve)).to.equal('connection forbidden');
    by(stage).update({ locked: false, maxParticipants: 2 });
    eve.emit('join_room', { room: 'garden' });
    expect(await refusalOf(eve)).to.equal('connection room_full');
    by(stage).update({ maxParticipants: 0, passwordHash: 'no password fits' });
    eve.emit('join_room', { room: 'garden', password: 'guess' });
    expect(await refusalOf(eve)).to.equal('connection forbidden');
  });
});

for (const auth of ['off', 'optional', 'required'] as const) {
  describe(`COMPEIT with the secret of its door and AUTH=${auth}`, () => {
    const { stage, pages } = useStage({ auth, bridge: false, keys, compeit: { tokenSecret } });

    it('takes tokens of the door and of the server, and no others', async () => {
      const video = { roomPattern: '*', roomJoin: true };
      const fine = [doorToken({ sub: 'ann', name: 'Ann' }), await tokenOf({ name: 'Ana', video })];
      for (const token of fine) {
        const page = await Page.connect(stage.url, 'websocket', `token=${token}`);
        pages.push(page);
        await page.join('garden');
      }
      const bad = await tokenOf({ video }, { secret: 'x'.repeat(32) });
      for (const query of ['', `token=${bad}`]) {
        const refusal = await handshake(stage.url, query).catch((error: unknown) => String(error));
        expect(refusal).to.equal('Error: 403 not authenticated');
      }
    });
  });
}
