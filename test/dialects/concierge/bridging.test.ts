import { expect } from 'chai';
import { until } from '../../support/until.js';
import { nothingRemains, useStage } from './stage.js';

const nil = '00000000-0000-0000-0000-000000000000';

describe('Concierge and Kurento Room in one room (bridging)', () => {
  const stage = useStage();
  afterEach(() => {
    expect(stage.remains).to.deep.equal(nothingRemains);
  });

  it('a room of another protocol is a group without owner, and its participants are clients with the tags of outsiders', async () => {
    const ada = await stage.identify('ada');
    const bob = await stage.join('lab', 'bob');
    const created = await ada.next();
    expect(created).to.include({ code: 'GROUP_CREATED', name: 'lab', owner_uuid: nil });
    const joined = await ada.next();
    expect(joined).to.deep.include({ code: 'CLIENT_JOINED', name: 'bob', tags: ['gateway', 'kurento-room'] });
    const { uuid } = joined;
    expect(await ada.ask({ type: 'GROUP_FETCH', name: 'lab' })).to.deep.include({ subscribers: [uuid] });
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
    expect(await ada.next()).to.include({ code: 'GROUP_DELETED', name: 'lab' });
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
    await ada.skip();
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
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
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
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
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
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
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    const before = stage.gateway.state.undelivered ?? 0;
    await bob.request('sendMessage', { message: '"'.repeat(499_000), userMessage: 'bob', roomMessage: 'lab' });
    expect(await ada.next()).to.include({ type: 'MESSAGE' });
    await bob.request('sendMessage', { message: '€'.repeat(400_000), userMessage: 'bob', roomMessage: 'lab' });
    expect(await ada.all()).to.deep.equal([]);
    expect((stage.gateway.state.undelivered ?? 0) - before).to.equal(1);
  });

  it('an outsider whose name is taken gets a longer one, and a client with the name of an outsider is refused', async () => {
    const ada = await stage.identify('ada');
    await stage.join('lab', 'ada');
    await ada.next();
    expect(await ada.next()).to.include({ code: 'CLIENT_JOINED', name: 'ada-ada' });
    await stage.join('lab', 'bob');
    const bob = await stage.connect();
    bob.send({ type: 'IDENTIFY', name: 'bob', version: '0.1.0' });
    expect((await bob.closed).code).to.equal(4005);
    await ada.skip();
    expect(await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' })).to.include({ code: 'SUBSCRIBED' });
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
    await ada.ask({ type: 'SELF_SUBSCRIBE', name: 'lab' });
    await grace.skip();
    const bob = await stage.join('lab', 'bob');
    await ada.skip();
    await grace.skip();
    room.close('the operator');
    expect(await ada.next()).to.include({ code: 'UNSUBSCRIBED' });
    expect(await ada.next()).to.include({ code: 'GROUP_DELETED' });
    expect(await ada.next()).to.include({ code: 'CLIENT_LEFT', name: 'bob' });
    expect((await grace.all()).map(({ type }) => type)).to.deep.equal(['SERVICE_DELETE_RESULT', 'CLIENT_LEFT']);
    await bob.notified('roomClosed');
  });
});

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
