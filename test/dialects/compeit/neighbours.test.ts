import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { offer, useCast } from './cast.js';

describe('COMPEIT §8 with people of the Kurento Room protocol in the same room', () => {
  const { stage, join, joinNext, ask, notified, sending, receiving } = useCast();

  it('shows each to the other, coming and going', async () => {
    const a = await join('Ana');
    const kay = await joinNext('Kay');
    const { user } = (await a.take('user_joined')) as { user: { id: number; name: string; email: null } };
    expect(user).to.deep.equal({ id: user.id, email: null, name: 'Kay' });
    const b = await join('Kay');
    expect(await notified(kay, 'participantJoined'), 'a name that is taken')
      .to.have.property('id')
      .that.matches(/^Kay-.{4}$/);
    expect(await b.take('user_joined')).to.deep.equal({ user: { id: a.id, email: null, name: 'Ana' } });
    expect(await b.take('user_joined')).to.deep.equal({ user });
    a.cut();
    expect(await notified(kay, 'participantLeft')).to.deep.equal({ name: 'Ana' });
    await ask(kay, 'leaveRoom', {});
    expect(await b.take('user_left', undefined)).to.deep.equal({ user: { id: a.id, email: null, name: 'Ana' } });
    expect(await b.take('user_left')).to.deep.equal({ user });
    await ask(kay, 'joinRoom', { user: 'Kay2', room: '17' });
  });

  it('shows pages no name that they would take for HTML, and none of more than 64 characters', async () => {
    const a = await join('Ana');
    await joinNext('<img src=x>');
    expect(await a.take('user_joined')).to.have.nested.include({ 'user.name': 'img src=x' });
    await joinNext('x'.repeat(256));
    expect(await a.take('user_joined')).to.have.nested.include({ 'user.name': 'x'.repeat(64) });
    await joinNext('<>');
    expect(await a.take('user_joined'))
      .to.have.nested.property('user.name')
      .that.matches(/^Guest \d+$/);
  });

  it('gives a newcomer of the room protocol its name, and goes on with the page under a longer one', async () => {
    const kay = await joinNext('Kay');
    const a = await join('Ana');
    await sending(a);
    await notified(kay, 'participantPublished');
    await ask(kay, 'receiveVideoFrom', { sender: 'Ana_webcam', sdpOffer: offer });
    const namesake = await RpcClient.connect(`${stage.url}/`);
    const { value } = (await ask(namesake, 'joinRoom', { user: 'Ana', room: '17' })) as { value: { id: string }[] };
    const longer = value.find(({ id }) => id !== 'Kay')?.id ?? '';
    expect(longer).to.match(/^Ana-.{4}$/);
    expect(value).to.deep.include({ id: longer, streams: [{ id: 'webcam' }] });
    expect(await notified(kay, 'participantLeft')).to.deep.equal({ name: 'Ana' });
    expect(await kay.notified('participantJoined')).to.deep.equal({ id: 'Ana' });
    expect(await kay.notified('participantJoined')).to.deep.equal({ id: longer });
    expect(await kay.notified('participantPublished')).to.deep.equal({ id: longer, streams: [{ id: 'webcam' }] });
    expect(await kay.notified('participantJoined')).to.deep.equal({ id: 'Ana' });
    const page = stage.rooms.find('17')?.findByName(longer);
    expect([...(page?.publication?.subscriptions ?? [])], 'what Kay received has ended').to.have.length(0);
    for (const peer of [kay, namesake]) {
      expect(await ask(peer, 'receiveVideoFrom', { sender: `${longer}_webcam`, sdpOffer: offer })).to.have.property(
        'sdpAnswer',
      );
    }
    a.emit('room_message', { type: 'chat', data: 'from the page' });
    expect(await notified(kay, 'sendMessage')).to.include({ user: longer });
    await ask(namesake, 'sendMessage', { message: 'from the other', userMessage: 'Ana', roomMessage: '17' });
    expect(await notified(kay, 'sendMessage')).to.include({ user: 'Ana', message: 'from the other' });
    await ask(namesake, 'leaveRoom', {});
    namesake.cut();
    a.cut();
    expect(await notified(kay, 'participantLeft')).to.deep.equal({ name: 'Ana' });
    expect(await notified(kay, 'participantLeft'), 'the longer name stays').to.deep.equal({ name: longer });
  });

  it('lets a page receive what the other publishes, early, late and as a newcomer', async () => {
    const a = await join('Ana');
    const kay = await joinNext('Kay');
    const { user } = (await a.take('user_joined')) as { user: { id: number } };
    a.kurento('receive_start', { offerSdp: offer, sender: user.id });
    await a.rest();
    await ask(kay, 'publishVideo', { sdpOffer: offer, doLoopback: false });
    const mediaOffer = { type: 'kurento', data: { event: 'mediaOffer' }, from: user.id };
    expect(await a.take('user_message')).to.deep.equal(mediaOffer);
    expect(await a.take('server_message')).to.include({ event: 'receive_started' });
    const b = await join('Bob');
    await b.take('user_joined');
    await b.take('user_joined');
    expect(await b.take('user_message'), 'after the list of those who are there').to.deep.equal(mediaOffer);
    await receiving(b, user.id);
    await ask(kay, 'unpublishVideo', {});
    for (const page of [a, b]) {
      expect(await page.take('server_message')).to.deep.equal({
        type: 'kurento',
        event: 'sender_stopped',
        sender: user.id,
      });
    }
  });

  it('lets the other receive what a page sends, and swallows the offer for it', async () => {
    const kay = await joinNext('Kay');
    const a = await join('Ana');
    const { user } = (await a.take('user_joined')) as { user: { id: number } };
    a.emit('user_message', { to: user.id, type: 'kurento', data: { event: 'mediaOffer' } });
    await sending(a);
    expect(await notified(kay, 'participantPublished')).to.deep.equal({ id: 'Ana', streams: [{ id: 'webcam' }] });
    const answer = await ask(kay, 'receiveVideoFrom', { sender: 'Ana_webcam', sdpOffer: offer });
    expect(answer).to.have.property('sdpAnswer');
    expect((await a.rest()).filter(({ name }) => name === 'server_message')).to.deep.equal([]);
    a.kurento('send_stop');
    expect(await notified(kay, 'participantUnpublished')).to.deep.equal({ name: 'Ana' });
  });

  it('exchanges the texts of the room, and refuses private ones the other cannot take', async () => {
    const kay = await joinNext('Kay');
    const a = await join('Ana');
    const { user } = (await a.take('user_joined')) as { user: { id: number } };
    a.emit('room_message', { type: 'chat', data: 'from Ana' });
    expect(await notified(kay, 'sendMessage')).to.include({ user: 'Ana', message: 'from Ana' });
    expect(await a.take('room_message')).to.include({ data: 'from Ana' });
    await ask(kay, 'sendMessage', { message: 'from Kay', userMessage: 'Kay', roomMessage: '17' });
    expect(await a.take('room_message')).to.deep.equal({
      user: { id: user.id, email: null, name: 'Kay' },
      type: 'chat',
      data: 'from Kay',
    });
    for (const [type, data] of [
      ['chat', 'private'],
      ['drawing', 1],
      ['kurento', { event: 'mute' }],
    ] as const) {
      a.emit('user_message', { to: user.id, type, data });
      expect(await a.take('server_message', 'error')).to.nested.include({ 'data.code': 'not_supported' });
    }
    a.emit('room_message', { type: 'drawing', data: 'not for Kay' });
    await a.take('room_message');
    expect(kay.frames.some((frame) => JSON.stringify(frame).includes('not for Kay'))).to.equal(false);
  });

  it('is told in its own words when it is put out, and when the room is closed', async () => {
    const kay = await joinNext('Kay');
    const a = await join('Ana');
    const b = await join('Bob');
    await sending(a);
    const room = stage.rooms.find('17');
    const ana = [...(room?.participants ?? [])].find(({ attributes }) => attributes.displayName === 'Ana');
    if (ana) room?.evict(ana);
    expect(await a.take('room_left')).to.deep.equal({});
    expect(await notified(kay, 'participantLeft')).to.deep.equal({ name: 'Ana' });
    a.emit('join_room', { room: 17 });
    expect(await a.take('server_message', 'error')).to.have.nested.include({ 'data.code': 'forbidden' });
    room?.close('over');
    expect(await b.take('room_left')).to.deep.equal({});
    expect(await notified(kay, 'roomClosed')).to.deep.equal({ room: '17' });
    expect(stage.media.allocated).to.equal(0);
    await ask(kay, 'joinRoom', { user: 'Kay', room: '18' });
  });
});
