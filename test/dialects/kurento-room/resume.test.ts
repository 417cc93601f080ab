import { expect } from 'chai';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RpcClient } from '../../support/rpc-client.js';
import { useServer } from '../../support/server.js';

const long = 60_000;
const short = 150;

describe('Kurento Room §1.5 and §1.6 resuming a session', () => {
  const clients: RpcClient[] = [];

  afterEach(() => {
    for (const client of clients.splice(0)) client.cut();
  });

  async function connect(url: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url);
    clients.push(client);
    return client;
  }

  async function join(url: string, user: string, room: string): Promise<{ client: RpcClient; sessionId: unknown }> {
    const client = await connect(url);
    const { sessionId } = await client.request('joinRoom', { user, room });
    return { client, sessionId };
  }

  describe('within a long grace time', () => {
    const server = useServer({ kurentoRoom: { sessionGraceMs: long, maxMissedMessages: 5 } });
    const url = (): string => server().url;

    it('connect without an id makes a session, and repeated gives the same one', async () => {
      const ana = await connect(url());
      const first = await ana.request('connect');
      expect(first.value).to.equal('OK');
      expect(await ana.request('connect', {})).to.deep.equal(first);
      expect((await ana.request('joinRoom', { user: 'ana', room: 'ok' })).sessionId).to.equal(first.sessionId);
    });

    it('connect with an id nobody has is refused with 40007, and makes no session', async () => {
      const ana = await connect(url());
      expect(await ana.refusal('connect', { sessionId: 'unknown' })).to.equal(40_007);
      expect((await ana.request('connect')).value).to.equal('OK');
    });

    it('keeps the membership, and messages missed meanwhile come after the answer, in order', async () => {
      const [ana, berta] = [await join(url(), 'ana', 'resume'), await join(url(), 'berta', 'resume')];
      ana.client.cut();
      await ana.client.closed;
      for (const message of ['one', 'two', 'three', 'four']) {
        await berta.client.request('sendMessage', { message, userMessage: 'berta', roomMessage: 'resume' });
      }
      const again = await connect(url());
      again.send({ jsonrpc: '2.0', id: 'c', method: 'connect', params: { sessionId: ana.sessionId } });
      const first = await again.take(() => true);
      expect(first).to.deep.equal({
        id: 'c',
        result: { value: 'reconnection successful', sessionId: ana.sessionId },
        jsonrpc: '2.0',
      });
      await again.settle();
      // Messages that were written before the server knew of the loss are lost, so only the last ones arrive.
      const talk = again.notifications
        .filter(({ method }) => method === 'sendMessage')
        .map(({ params }) => params?.message);
      expect(talk).to.not.deep.equal([]);
      expect(talk).to.deep.equal(['one', 'two', 'three', 'four'].slice(-talk.length));
      await again.request('sendMessage', { message: 'back', userMessage: 'ana', roomMessage: 'resume' });
      await berta.client.take(({ method, params }) => method === 'sendMessage' && params?.message === 'back');
      expect(berta.client.notifications.map(({ method }) => method)).to.not.include('participantLeft');
    });

    it('keeps the publication and the subscription', async () => {
      const [ana, berta] = [await join(url(), 'ana', 'media'), await join(url(), 'berta', 'media')];
      await ana.client.request('publishVideo', { sdpOffer: publishOffer });
      await berta.client.request('receiveVideoFrom', { sender: 'ana_webcam', sdpOffer: receiveOffer });
      ana.client.cut();
      const again = await connect(url());
      await again.request('connect', { sessionId: ana.sessionId });
      expect(await again.refusal('publishVideo', { sdpOffer: publishOffer }), 'still publishing').to.equal(303);
      await again.request('unpublishVideo');
      await berta.client.notified('participantUnpublished');
    });

    it('moves to the new socket while the old one is still open, and closes the old one', async () => {
      const ana = await join(url(), 'ana', 'move');
      const again = await connect(url());
      await again.request('connect', { sessionId: ana.sessionId });
      expect(await ana.client.closed).to.equal(1000);
      const berta = await join(url(), 'berta', 'move');
      expect(await again.notified('participantJoined')).to.deep.equal({ id: 'berta' });
      expect(berta.client.notifications).to.deep.equal([]);
    });

    it('gets the answer to a request that was under way when the socket was lost', async () => {
      const ana = await join(url(), 'ana', 'pending');
      ana.client.send({ jsonrpc: '2.0', id: 'p', method: 'publishVideo', params: { sdpOffer: publishOffer } });
      await ana.client.settle();
      ana.client.cut();
      const again = await connect(url());
      await again.request('connect', { sessionId: ana.sessionId });
      if (!ana.client.frames.some(({ id }) => id === 'p')) {
        expect((await again.take(({ id }) => id === 'p')).result).to.have.property('sdpAnswer');
      }
      await again.request('unpublishVideo');
    });

    it('keeps the name taken: another client with it gets 104', async () => {
      const ana = await join(url(), 'ana', 'taken');
      ana.client.cut();
      const stranger = await connect(url());
      expect(await stranger.refusal('joinRoom', { user: 'ana', room: 'taken' })).to.equal(104);
    });

    it('ends a session that misses too much, because it could not be resumed completely', async () => {
      const [ana, berta] = [await join(url(), 'ana', 'missed'), await join(url(), 'berta', 'missed')];
      ana.client.cut();
      await ana.client.closed;
      const left = berta.client.notified('participantLeft');
      for (let n = 0; n < 10; n += 1) {
        await berta.client.request('sendMessage', { message: 'x', userMessage: 'berta', roomMessage: 'missed' });
      }
      expect(await left).to.deep.equal({ name: 'ana' });
      expect(await (await connect(url())).refusal('connect', { sessionId: ana.sessionId })).to.equal(40_007);
    });

    it('is not possible after leaveRoom, nor after closeSession', async () => {
      const ana = await join(url(), 'ana', 'gone');
      await ana.client.request('leaveRoom');
      expect(await (await connect(url())).refusal('connect', { sessionId: ana.sessionId })).to.equal(40_007);
      const berta = await join(url(), 'berta', 'gone');
      await berta.client.call('closeSession');
      expect(await (await connect(url())).refusal('connect', { sessionId: berta.sessionId })).to.equal(40_007);
    });

    it('nothing of a session that left is kept beyond its socket', async () => {
      const { client, sessionId } = await join(url(), 'ana', 'left');
      await client.request('leaveRoom', { sessionId });
      const berta = await connect(url());
      const naming = (): Promise<number | undefined> =>
        berta.refusal('joinRoom', { user: '', room: 'left', sessionId });
      expect(await naming(), 'as long as its socket is open').to.equal(40_007);
      client.cut();
      let refused: number | undefined = 40_007;
      while (refused === 40_007) refused = await naming();
      expect(refused, 'the id is that of nobody').to.equal(999);
    });

    it('closeSession answers "bye", closes the socket with 1000, and the others are told at once', async () => {
      const [ana, berta] = [await join(url(), 'ana', 'bye'), await join(url(), 'berta', 'bye')];
      expect(await berta.client.call('closeSession', {}, 'id')).to.deep.equal({
        id: 'id',
        result: 'bye',
        jsonrpc: '2.0',
      });
      expect(await berta.client.closed).to.equal(1000);
      expect(await ana.client.notified('participantLeft')).to.deep.equal({ name: 'berta' });
    });

    it('closeSession works without a session, and does not wait for other requests', async () => {
      const stranger = await connect(url());
      expect((await stranger.call('closeSession')).result).to.equal('bye');
      const ana = await join(url(), 'ana', 'pass');
      ana.client.send({ jsonrpc: '2.0', id: 'p', method: 'publishVideo', params: { sdpOffer: publishOffer } });
      expect((await ana.client.call('closeSession')).result).to.equal('bye');
      expect(await ana.client.closed).to.equal(1000);
    });
  });

  describe('after a short grace time', () => {
    const server = useServer({ kurentoRoom: { sessionGraceMs: short } });

    it('is refused with 40007; the participant has left, once', async () => {
      const [ana, berta] = [await join(server().url, 'ana', 'over'), await join(server().url, 'berta', 'over')];
      ana.client.cut();
      expect(await berta.client.notified('participantLeft')).to.deep.equal({ name: 'ana' });
      const again = await connect(server().url);
      expect(await again.refusal('connect', { sessionId: ana.sessionId })).to.equal(40_007);
      await again.request('joinRoom', { user: 'ana', room: 'over' });
      await berta.client.settle();
      expect(berta.client.notifications.filter(({ method }) => method === 'participantLeft')).to.deep.equal([]);
    });

    it('works again after each resumption, because the time starts again', async () => {
      const { client, sessionId } = await join(server().url, 'ana', 'anew');
      let last = client;
      for (let n = 0; n < 3; n += 1) {
        last.cut();
        await last.closed;
        last = await connect(server().url);
        expect((await last.request('connect', { sessionId })).value).to.equal('reconnection successful');
      }
      expect(await last.refusal('joinRoom', { user: 'ana', room: 'anew' })).to.equal(104);
    });
  });

  describe('with the token of its last join', () => {
    const server = useServer({ kurentoRoom: { sessionGraceMs: long } });
    const joinWith = async (
      user: string,
      room: string,
      resumeToken: unknown,
    ): Promise<{ client: RpcClient; token: string }> => {
      const client = await connect(server().url);
      const { resumeToken: token } = await client.request('joinRoom', { user, room, resumeToken });
      return { client, token: String(token) };
    };

    it('a client gets its name back at once, whether its former socket is lost or not', async () => {
      const [ana, berta] = [await joinWith('ana', 'token', null), await join(server().url, 'berta', 'token')];
      ana.client.cut();
      const again = await joinWith('ana', 'token', ana.token);
      expect(await berta.client.notified('participantLeft')).to.deep.equal({ name: 'ana' });
      expect(await berta.client.notified('participantJoined')).to.deep.equal({ id: 'ana' });
      expect(again.token).to.not.equal(ana.token);
      await joinWith('ana', 'token', again.token);
      expect(await again.client.closed).to.equal(1000);
      expect(await berta.client.notified('participantLeft')).to.deep.equal({ name: 'ana' });
      expect(await berta.client.notified('participantJoined')).to.deep.equal({ id: 'ana' });
    });

    it('a client with any other token gets 104: of another room, of another name, of a former join, of nobody', async () => {
      const ana = await joinWith('ana', 'bound', null);
      const elsewhere = await joinWith('ana', 'elsewhere', null);
      const berta = await joinWith('berta', 'bound', '');
      const again = await joinWith('ana', 'bound', ana.token);
      const carla = await connect(server().url);
      for (const resumeToken of [elsewhere.token, berta.token, ana.token, again.token.slice(1), '', null, 'ü', 7]) {
        expect(await carla.refusal('joinRoom', { user: 'ana', room: 'bound', resumeToken })).to.equal(104);
      }
      expect(again.client.notifications).to.deep.equal([]);
    });

    it('a client that joined without one has none, and keeps its name', async () => {
      const client = await connect(server().url);
      expect(await client.request('joinRoom', { user: 'ana', room: 'none' })).to.have.all.keys('value', 'sessionId');
      const stranger = await connect(server().url);
      for (const resumeToken of ['undefined', '', 'null']) {
        expect(await stranger.refusal('joinRoom', { user: 'ana', room: 'none', resumeToken })).to.equal(104);
      }
    });
  });

  describe('with takeOverDetachedNames', () => {
    const server = useServer({ kurentoRoom: { sessionGraceMs: long, takeOverDetachedNames: true } });

    it('a newcomer with the name of a lost participant takes their place; with the name of a present one, 104', async () => {
      const [ana, berta] = [await join(server().url, 'ana', 'take'), await join(server().url, 'berta', 'take')];
      const stranger = await connect(server().url);
      expect(await stranger.refusal('joinRoom', { user: 'ana', room: 'take' })).to.equal(104);
      ana.client.cut();
      await ana.client.closed;
      let refused: number | undefined = 104;
      while (refused === 104) refused = (await stranger.call('joinRoom', { user: 'ana', room: 'take' })).error?.code;
      expect(refused).to.equal(undefined);
      expect(await berta.client.notified('participantLeft')).to.deep.equal({ name: 'ana' });
      expect(await berta.client.notified('participantJoined')).to.deep.equal({ id: 'ana' });
    });
  });
});
