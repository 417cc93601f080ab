import { expect } from 'chai';
import { until } from '../../support/until.js';
import type { ConciergeClient } from './concierge-client.js';
import { nothingRemains, useStage } from './stage.js';

interface Listed {
  readonly name: string;
  readonly uuid: string;
  readonly tags: readonly string[];
}

async function listed(client: ConciergeClient): Promise<Listed[]> {
  const { clients } = await client.ask({ type: 'CLIENT_FETCH_ALL' });
  return clients as Listed[];
}

const nil = '00000000-0000-0000-0000-000000000000';

describe('Concierge and Kurento Room in one room (bridging)', () => {
  const stage = useStage({ maxTextBytes: 1_200_000 });
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('a room of another protocol is a group without owner, and its participants are clients with the tags of outsiders', async () => {
    const ada = await stage.identify('ada');
    const bob = await stage.join('lab', 'bob');
    const created = await ada.next();
    expect(created).to.include({ code: 'GROUP_CREATED', name: 'lab', owner_uuid: nil });
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'SUBSCRIBED' });
    const joined = await ada.next();
    expect(joined).to.deep.include({ code: 'CLIENT_JOINED', name: 'bob', tags: ['gateway', 'kurento-room'] });
    const { uuid } = joined;
    expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.deep.include({ subscribers: [ada.uuid, uuid] });
    expect(await ada.ask({ type: 'CLIENT_FETCH_ALL' })).to.have.deep.nested.property('clients[1]', {
      name: 'bob',
      nickname: null,
      uuid,
      tags: ['gateway', 'kurento-room'],
    });
    expect(await ada.ask({ type: 'GROUP_DELETE', name: 'lab' })).to.include({ code: 'BAD' });
    expect(await ada.ask({ type: 'GROUP_CREATE', name: 'lab' })).to.include({
      code: 'GROUP_ALREADY_CREATED',
      owner_uuid: nil,
    });
    await bob.request('leaveRoom');
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'bob' });
    expect(await ada.ask({ type: 'SELF_UNSUBSCRIBE', name: 'lab' })).to.include({ code: 'UNSUBSCRIBED' });
    expect(await ada.next()).to.include({ code: 'GROUP_DELETED', name: 'lab' });
  });

  it('a group whose room another process goes on with is over, and is one again when it is back', async () => {
    const ada = await stage.identify('ada');
    const bob = await stage.join('lab', 'bob');
    expect(await ada.next()).to.include({ code: 'GROUP_CREATED', name: 'lab' });
    expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.include({ name: 'lab' });
    stage.rooms.letGo('lab');
    expect(await ada.next()).to.include({ code: 'GROUP_DELETED', name: 'lab' });
    await bob.close();
    await stage.join('lab', 'bob');
    expect(await ada.next()).to.include({ code: 'GROUP_CREATED', name: 'lab' });
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'SUBSCRIBED' });
  });

  it('a client is told of participants of other protocols while it is in a room with them, and no name of others', async () => {
    const ada = await stage.identify('ada');
    const bob = await stage.join('lab', 'bob');
    expect(await ada.next()).to.include({ code: 'GROUP_CREATED', name: 'lab' });
    const cleo = await stage.join('lab', 'cleo');
    const group = await ada.ask({ type: 'GROUP_FETCH', name: 'lab' });
    const [uuid] = group.subscribers as string[];
    expect(group.subscribers).to.have.length(2);
    expect(await listed(ada)).to.have.length(1);
    expect(await ada.ask({ type: 'MESSAGE', target: { type: 'UUID', uuid }, data: 'psst' })).to.include({
      code: 'NO_SUCH_UUID',
    });
    const modern = await stage.identify('modern', { version: '0.2.0' });
    expect(await modern.ask({ type: 'CLIENT_FETCH', uuid })).to.include({ type: 'INVALID_UUID' });
    await ada.skip();

    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'SUBSCRIBED' });
    expect((await ada.all()).map(({ code, name }) => [code, name])).to.deep.equal([
      ['CLIENT_JOINED', 'bob'],
      ['CLIENT_JOINED', 'cleo'],
    ]);
    expect(await listed(ada)).to.have.length(4);
    expect(await listed(modern)).to.have.length(2);
    const dora = await stage.join('lab', 'dora');
    expect(await ada.next()).to.include({ code: 'CLIENT_JOINED', name: 'dora' });
    await cleo.request('leaveRoom');
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'cleo' });
    expect(await ada.ask({ type: 'SELF_UNSUBSCRIBE', name: 'lab' })).to.include({ code: 'UNSUBSCRIBED' });
    expect((await ada.all()).map(({ code, name }) => [code, name])).to.deep.equal([
      ['CLIENT_LEFT', 'bob'],
      ['CLIENT_LEFT', 'dora'],
    ]);
    expect(await listed(ada)).to.have.length(2);
    for (const each of [bob, dora]) await each.request('leaveRoom');
    expect((await ada.all()).map(({ code }) => code)).to.deep.equal(['GROUP_DELETED']);
  });

  it('a subscriber is a participant for the others, until it unsubscribes or leaves', async () => {
    const bob = await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    expect(await bob.notified('participantJoined')).to.deep.include({ id: 'ada' });
    await ada.ask({ type: 'SELF_UNSUBSCRIBE', name: 'lab' });
    expect(await bob.notified('participantLeft')).to.deep.include({ name: 'ada' });
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await bob.notified('participantJoined');
    ada.cut();
    expect(await bob.notified('participantLeft')).to.deep.include({ name: 'ada' });
  });

  it('texts go both ways; other data goes to the clients only', async () => {
    const bob = await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    const services = await stage.identify('grace', { version: '0.2.0' });
    await ada.subscribe('lab');
    await services.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    await services.skip();
    await bob.request('sendMessage', { message: 'hi "all"', userMessage: 'bob', roomMessage: 'lab' });
    const heard = await ada.next();
    expect(heard).to.deep.include({ type: 'MESSAGE', target: { type: 'GROUP', group: 'lab' }, data: 'hi "all"' });
    expect(heard).to.have.nested.property('origin.name', 'bob');
    expect(heard).to.have.nested.property('origin.group.owner_uuid', nil);
    const other = await services.next();
    expect(other).to.deep.include({ type: 'MESSAGE', target: { type: 'SERVICE', service: 'lab' } });
    expect(other).to.have.nested.property('origin.service.name', 'lab');
    const target = { type: 'GROUP', group: 'lab' };
    ada.send({ type: 'MESSAGE', target, data: { not: 'a text' } });
    ada.send({ type: 'MESSAGE', target, data: 'hello\n' });
    expect(await bob.notified('sendMessage')).to.include({ user: 'bob' });
    expect(await bob.notified('sendMessage')).to.include({ user: 'ada', message: 'hello\n' });
    const toAda = await ada.all();
    expect(toAda.map(({ type, data, code }) => data ?? code ?? type)).to.deep.equal([
      { not: 'a text' },
      'MESSAGE_SENT',
      'hello\n',
      'MESSAGE_SENT',
    ]);
  });

  it('a private text to a participant whose protocol has none is refused, and ALL goes to the clients only', async () => {
    const bob = await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    await ada.subscribe('lab');
    const toName = { type: 'MESSAGE', target: { type: 'NAME', name: 'bob' }, data: 'psst' };
    expect(await ada.ask(toName)).to.include({ code: 'NO_SUCH_NAME', name: 'bob' });
    ada.send({ type: 'MESSAGE', target: { type: 'ALL' }, data: 'everybody' });
    await ada.skip();
    await bob.settle();
    expect(bob.notifications.map(({ method }) => method)).to.deep.equal(['participantJoined']);
  });

  it('a private text reaches a participant whose protocol has private texts, in both directions', async () => {
    const ada = await stage.identify('ada');
    const attributes = { displayName: 'bob', dialect: 'test', hearsPrivateTexts: true };
    const heard: string[] = [];
    const bob = await stage.rooms.join('lab', { id: 'bob-id', attributes }, () => (event) => {
      if (event.type === 'textSaid' && event.to) heard.push(`${event.from.name}: ${event.text}`);
    });
    await ada.skip();
    const toBob = { type: 'MESSAGE', target: { type: 'NAME', name: 'bob' }, data: 'psst' };
    expect(await ada.ask(toBob), 'they share no room').to.include({ code: 'NO_SUCH_NAME' });
    await ada.subscribe('lab');
    expect(await ada.ask(toBob)).to.include({ code: 'MESSAGE_SENT' });
    expect(await ada.ask({ ...toBob, data: { no: 'text' } })).to.include({ code: 'NO_SUCH_NAME' });
    expect(heard).to.deep.equal(['ada: psst']);
    bob.say('what?', bob.room.findByName('ada'));
    const answer = await ada.next();
    expect(answer).to.deep.include({ type: 'MESSAGE', target: { type: 'NAME', name: 'ada' }, data: 'what?' });
    expect(answer).to.deep.nested.include({ 'origin.name': 'bob', 'origin.group': null });
    bob.leave();
  });

  it('a text that is too long for clients is not delivered to them, and is counted', async () => {
    const bob = await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    await ada.subscribe('lab');
    const before = stage.gateway.state.undelivered ?? 0;
    await bob.request('sendMessage', { message: '"'.repeat(499_000), userMessage: 'bob', roomMessage: 'lab' });
    expect(await ada.next()).to.include({ type: 'MESSAGE' });
    await bob.request('sendMessage', { message: '€'.repeat(400_000), userMessage: 'bob', roomMessage: 'lab' });
    expect(await ada.all()).to.deep.equal([]);
    expect((stage.gateway.state.undelivered ?? 0) - before).to.equal(1);
  });

  it('an outsider whose name is taken gets a longer one', async () => {
    const ada = await stage.identify('ada');
    await stage.join('lab', 'ada');
    await ada.next();
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'SUBSCRIBED' });
    expect(await ada.next()).to.include({ code: 'CLIENT_JOINED', name: 'ada-ada' });
  });

  it('a client gets its name though an outsider has it, and the outsider goes on under a longer one', async () => {
    const ada = await stage.identify('ada');
    const impostor = await stage.join('lab', 'mail_service');
    await ada.next();
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    const { uuid } = await ada.next();
    const service = await stage.identify('mail_service');
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'mail_service', uuid });
    const renamed = await ada.next();
    expect(renamed).to.include({ code: 'CLIENT_JOINED', name: 'mail_service-mail', uuid });
    expect(await ada.next()).to.include({ code: 'CLIENT_JOINED', name: 'mail_service', uuid: service.uuid });
    const clients = await listed(ada);
    expect(clients.map(({ name }) => name)).to.have.members(['ada', 'mail_service-mail', 'mail_service']);
    const target = { type: 'NAME', name: 'mail_service' };
    expect(await ada.ask({ type: 'MESSAGE', target, data: 'a letter' })).to.include({ code: 'MESSAGE_SENT' });
    expect(await service.next()).to.deep.include({ type: 'MESSAGE', target, data: 'a letter' });
    await impostor.request('sendMessage', { message: 'hi', userMessage: 'mail_service', roomMessage: 'lab' });
    expect(await ada.next()).to.deep.nested.include({ 'origin.name': 'mail_service-mail', 'origin.uuid': uuid });
    service.cut();
    expect(await ada.next(), 'the longer name stays').to.include({ code: 'CLIENT_LEFT', uuid: service.uuid });
    await impostor.request('leaveRoom');
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'mail_service-mail', uuid });
  });

  it('a client gets the longer name of an outsider as well, and a private text reaches the outsider under the next one', async () => {
    const ada = await stage.identify('ada');
    const heard: string[] = [];
    const attributes = { displayName: 'bob', dialect: 'test', hearsPrivateTexts: true };
    const bob = await stage.rooms.join('lab', { id: '1234-bob', attributes }, () => (event) => {
      if (event.type === 'textSaid') heard.push(event.text);
    });
    await ada.subscribe('lab');
    await stage.identify('bob');
    await stage.identify('bob-1234');
    await ada.skip();
    const clients = await listed(ada);
    const names = clients.filter(({ tags }) => tags.length > 0).map(({ name }) => name);
    expect(names).to.have.length(1);
    expect(names[0]).to.match(/^bob-[\da-f]{4}$/);
    const toBob = { type: 'MESSAGE', target: { type: 'NAME', name: names[0] }, data: 'psst' };
    expect(await ada.ask(toBob)).to.include({ code: 'MESSAGE_SENT' });
    expect(heard).to.deep.equal(['psst']);
    bob.leave();
  });

  it('nothing is kept about rooms and outsiders while no client is there', async () => {
    const names = ['ana', 'bob', 'cleo'];
    for (const room of ['lab', 'hall']) for (const name of names) await stage.join(room, name);
    const kept = (): object => {
      const { identities, groups } = stage.gateway.remains;
      return { identities, groups };
    };
    expect(kept()).to.deep.equal({ identities: 0, groups: 0 });
    const ada = await stage.identify('ada');
    expect(kept(), 'of rooms that no client has named').to.deep.equal({ identities: 1, groups: 0 });
    await ada.subscribe('lab');
    expect(kept()).to.deep.equal({ identities: 4, groups: 1 });
    await ada.subscribe('hall');
    expect(kept()).to.deep.equal({ identities: 7, groups: 2 });
    const clients = await listed(ada);
    expect(clients.map(({ name }) => name)).to.include.members(['ana', 'bob', 'cleo', 'ana-ana', 'ada']);
    expect(new Set(clients.map(({ name }) => name)).size).to.equal(7);
    const { subscribers } = await ada.ask({ type: 'GROUP_FETCH', name: 'hall' });
    expect(subscribers).to.deep.equal(
      ['ada', 'ana-ana', 'bob-bob', 'cleo-cleo'].map((wanted) => clients.find(({ name }) => name === wanted)?.uuid),
    );
    const dora = await stage.join('hall', 'dora');
    expect(await ada.next()).to.include({ code: 'CLIENT_JOINED', name: 'dora' });
    await dora.request('leaveRoom');
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'dora' });
    const grace = await stage.identify('grace');
    ada.cut();
    expect(await grace.next()).to.include({ code: 'CLIENT_LEFT', name: 'ada' });
    expect(kept()).to.deep.equal({ identities: 7, groups: 2 });
    grace.cut();
    await stage.settled(0);
    expect(kept()).to.deep.equal({ identities: 0, groups: 0 });
    await stage.join('attic', 'ana');
    expect(kept()).to.deep.equal({ identities: 0, groups: 0 });
    const back = await stage.identify('ana');
    expect(await back.ask({ type: 'GROUP_FETCH', name: 'attic' }))
      .to.have.property('subscribers')
      .with.length(1);
  });

  for (const how of ['leaves', 'deletes the group'] as const) {
    it(`an owner who ${how} ends the group for the clients, but not the room for outsiders`, async () => {
      const ada = await stage.identify('ada');
      const grace = await stage.identify('grace');
      await ada.ask({ type: 'GROUP_CREATE', name: 'lab' });
      await grace.skip();
      await grace.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
      const bob = await stage.join('lab', 'bob');
      expect(await grace.next()).to.include({ code: 'CLIENT_JOINED', name: 'bob' });
      if (how === 'leaves') ada.cut();
      else ada.send({ type: 'GROUP_DELETE', name: 'lab' });
      expect(await grace.next()).to.include({ code: 'UNSUBSCRIBED', owner_uuid: ada.uuid });
      expect(await grace.next()).to.include({ code: 'GROUP_DELETED', owner_uuid: ada.uuid });
      expect(await grace.next()).to.include({ code: 'CLIENT_LEFT', name: 'bob' });
      expect(await grace.next()).to.deep.include({ code: 'GROUP_CREATED', owner_uuid: nil });
      expect(await bob.notified('participantLeft')).to.include({ name: 'grace' });
      await bob.request('sendMessage', { message: 'still here', userMessage: 'bob', roomMessage: 'lab' });
      expect(stage.rooms.names).to.deep.equal(['lab']);
      await bob.request('leaveRoom');
      await until('the room is gone with its last participant', () => stage.rooms.names.length === 0);
    });
  }

  it('a group stays while its owner is connected, also when outsiders come and go', async () => {
    const ada = await stage.identify('ada');
    await ada.ask({ type: 'GROUP_CREATE', name: 'lab' });
    const bob = await stage.join('lab', 'bob');
    await bob.request('leaveRoom');
    await ada.skip();
    expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.deep.include({
      owner_uuid: ada.uuid,
      subscribers: [],
    });
  });

  it('an eviction is told as UNSUBSCRIBED, and a closed room as UNSUBSCRIBED and GROUP_DELETED', async () => {
    const ada = await stage.identify('ada');
    const grace = await stage.identify('grace', { version: '0.2.0' });
    await ada.ask({ type: 'GROUP_CREATE', name: 'lab' });
    await ada.skip();
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await grace.ask({ type: 'SELF_SUBSCRIBE', service: 'lab' });
    await grace.skip();
    await ada.skip();
    const room = stage.rooms.find('lab');
    const member = room?.findByName('ada');
    if (!room || !member) throw new Error('the participant is missing');
    room.evict(member);
    expect(await ada.next()).to.deep.include({ code: 'UNSUBSCRIBED', name: 'lab', subscribers: [grace.uuid] });
    expect(await grace.next()).to.include({ type: 'SERVICE_CLIENT_UNSUBSCRIBED' });
    expect(await ada.ask({ type: 'SELF_FETCH' })).to.deep.include({ subscriptions: [] });
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' }), 'not at once').to.include({ code: 'BAD' });
    const bob = await stage.join('lab', 'bob');
    await ada.skip();
    await grace.skip();
    const ben = await stage.identify('ben');
    await ben.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await ben.skip();
    await grace.skip();
    room.close('the operator');
    expect(await ben.next()).to.include({ code: 'UNSUBSCRIBED' });
    expect(await ben.next()).to.include({ code: 'GROUP_DELETED' });
    expect(await ben.next()).to.include({ code: 'CLIENT_LEFT', name: 'bob' });
    expect((await grace.all()).map(({ type }) => type)).to.deep.equal(['SERVICE_DELETE_RESULT', 'CLIENT_LEFT']);
    await bob.notified('roomClosed');
  });
});

for (const [roomList, created] of [
  ['admin', ['GROUP_CREATED own', 'GROUP_DELETED own']],
  ['off', []],
] as const) {
  describe(`Concierge with ROOM_LIST=${roomList}`, () => {
    const stage = useStage({ roomList, concierge: { groups: 'chat=Chat Channel' } });

    it('hides rooms of other protocols from clients that are not in them; they may be entered by name', async () => {
      const listedTo = async (client: ConciergeClient): Promise<string[]> => {
        const { groups } = await client.ask({ type: 'GROUP_FETCH_ALL' });
        return (groups as { name: string }[]).map(({ name }) => name);
      };
      const ada = await stage.identify('ada');
      const bob = await stage.join('lab', 'bob');
      expect(await ada.all()).to.deep.equal([]);
      expect(await listedTo(ada)).to.deep.equal(['chat']);
      expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.include({ code: 'NO_SUCH_GROUP' });
      expect(await ada.subscribe('lab')).to.include({ code: 'SUBSCRIBED' });
      expect(await listedTo(ada)).to.deep.equal(['chat', 'lab']);
      expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.include({ name: 'lab' });
      stage.rooms.find('lab')?.close('the operator');
      await bob.notified('roomClosed');
      expect((await ada.all()).map(({ code }) => code)).to.deep.equal(['UNSUBSCRIBED', 'GROUP_DELETED', 'CLIENT_LEFT']);
    });

    it('shows groups of clients to other clients as far as these find them in no other way', async () => {
      const [ada, grace] = [await stage.identify('ada'), await stage.identify('grace')];
      await ada.skip();
      expect(await ada.ask({ type: 'GROUP_CREATE', name: 'own' })).to.include({ code: 'GROUP_CREATED' });
      expect(await ada.ask({ type: 'GROUP_FETCH', name: 'own' })).to.include({ name: 'own' });
      expect(await ada.ask({ type: 'GROUP_DELETE', name: 'own' })).to.include({ code: 'GROUP_DELETED' });
      expect((await grace.all()).map(({ code, name }) => `${String(code)} ${String(name)}`)).to.deep.equal(created);
    });
  });
}

describe('Concierge that is not bridged', () => {
  const stage = useStage({ bridge: false });

  it('has its own rooms, and shows no others', async () => {
    await stage.join('lab', 'bob');
    const ada = await stage.identify('ada');
    expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.include({ code: 'NO_SUCH_GROUP' });
    expect(await ada.ask({ type: 'GROUP_CREATE', name: 'lab' })).to.include({ code: 'GROUP_CREATED' });
    expect(stage.rooms.names).to.deep.equal(['lab', 'concierge:lab']);
    expect(await ada.ask({ type: 'CLIENT_FETCH_ALL' }))
      .to.have.property('clients')
      .with.length(1);
  });
});

describe('A Concierge message that is too long to be said in a room', () => {
  const stage = useStage();

  it('reaches the subscribers, for whom it is data, and no outsider; to an outsider alone it is refused', async () => {
    const ada = await stage.identify('ada');
    const bob = await stage.join('lab', 'bob');
    await ada.skip();
    await ada.subscribe('lab');
    const target = { type: 'GROUP', group: 'lab' };
    for (const data of ['x'.repeat(16_385), 'short']) {
      ada.send({ type: 'MESSAGE', target, data });
      expect(await ada.next()).to.include({ type: 'MESSAGE', data });
      expect(await ada.next()).to.include({ code: 'MESSAGE_SENT' });
    }
    expect(await bob.notified('sendMessage')).to.include({ user: 'ada', message: 'short' });
  });
});
