import { expect } from 'chai';
import type { RoomEvent } from '../../../rooms/index.js';
import { eventEncoder } from '../../../dialects/kurento-room/event-frame.js';
import { featureNames, featuresNamed, noFeatures } from '../../../dialects/kurento-room/features.js';
import { publishOffer, receiveOffer } from '../../support/fixtures.js';
import { RoomStack } from '../../support/room-stack.js';
import { RpcClient } from '../../support/rpc-client.js';
import { RecordingLog } from '../../support/recording-log.js';
import { ServiceStage } from '../../support/service-stage.js';
import { until } from '../../support/until.js';
import { testKey, tokenWith } from '../../support/tokens.js';

/** A server of its own for each test. */
async function withServer(
  options: ConstructorParameters<typeof RoomStack>[0],
  test: (url: string, stack: RoomStack) => Promise<void>,
): Promise<void> {
  const stack = new RoomStack(options);
  try {
    await test(await stack.start(), stack);
  } finally {
    await stack.stop();
  }
}

const tokens = { auth: 'required', keys: testKey } as const;
const anaToken = tokenWith({ sub: 'ana', video: { roomJoin: true, room: 'r' } });
const modToken = tokenWith({ sub: 'mod', video: { roomJoin: true, room: 'r', roomAdmin: true } });
const all = [...featureNames];

async function join(url: string, token: string, more: object = {}): Promise<RpcClient> {
  const client = await RpcClient.connect(url);
  await client.request('joinRoom', { room: 'r', token, ...more });
  return client;
}

describe('Kurento Room §3.11 a token', () => {
  const ways = [
    ['the query', { path: `room?access_token=${anaToken}` }],
    ['a header', { headers: { authorization: `Bearer ${anaToken}` } }],
    ['the second of two subprotocols', { protocols: ['access_token', anaToken] }],
  ] as const;

  for (const [way, options] of ways) {
    it(`may come with the upgrade, in ${way}`, async () => {
      await withServer(tokens, async (url) => {
        const ana = await RpcClient.connect(url, {
          ...options,
          protocols: [...('protocols' in options ? options.protocols : [])],
        });
        expect(ana.subprotocol).to.equal('protocols' in options ? 'access_token' : '');
        // A client of 2016 names the user, and knows nothing of tokens.
        await ana.request('joinRoom', { user: 'ana', room: 'r', token: null });
        expect(await ana.reason('joinRoom', { user: 'ana', room: 'r' })).to.equal('104');
        await ana.request('leaveRoom', { sessionId: (await ana.request('connect')).sessionId });
        expect(await ana.reason('joinRoom', { user: 'ana', room: 'elsewhere' })).to.equal('401 not-allowed');
        ana.cut();
      });
    });
  }

  it('of joinRoom counts before that of the upgrade, and none refuses the upgrade', async () => {
    await withServer(tokens, async (url) => {
      const ana = await RpcClient.connect(url, { path: 'room?access_token=nonsense' });
      expect(await ana.reason('joinRoom', { user: 'ana', room: 'r' })).to.equal('401 token-invalid');
      await ana.request('joinRoom', { room: 'r', token: anaToken });
      ana.cut();
    });
  });

  it('and a password are in no line of the log', async () => {
    const log = new RecordingLog();
    const stage = new ServiceStage({ ...tokens, logLevel: 'debug' }, { log });
    const url = await stage.start();
    const wrong = `${anaToken}x`;
    const mod = await join(url, modToken);
    await mod.request('updateRoom', { password: 'open sesame' });
    for (const token of [anaToken, wrong]) {
      for (const options of [
        { path: `room?access_token=${token}` },
        { path: `nowhere?access_token=${token}` },
        { headers: { authorization: `Bearer ${token}` } },
        { protocols: ['access_token', token] },
      ]) {
        const ana = await RpcClient.connect(url, options).catch(() => undefined);
        await ana?.call('joinRoom', { user: 'ana', room: 'r', password: 'close sesame' });
        await ana?.call('joinRoom', { user: 'ana', room: 'r', token, password: 'open sesame' });
        ana?.cut();
      }
    }
    mod.cut();
    await stage.stop();
    const text = JSON.stringify(log.lines);
    expect(log.lines.length).to.be.greaterThan(0);
    for (const secret of [anaToken, modToken, 'sesame']) expect(text).to.not.include(secret.slice(-40));
  });

  it('is not needed to resume, and a connection that resumes may bring another one for the next join', async () => {
    await withServer({ ...tokens, kurentoRoom: { sessionGraceMs: 60_000 } }, async (url) => {
      const ana = await join(url, anaToken);
      const { sessionId } = await ana.request('connect');
      ana.cut();
      const again = await RpcClient.connect(url, { path: `room?access_token=${modToken}` });
      await again.request('connect', { sessionId });
      await again.request('leaveRoom', { sessionId });
      await again.request('joinRoom', { user: 'mod', room: 'r' });
      again.cut();
    });
  });
});

describe('Kurento Room §3.11 a client that ignores every notification', () => {
  it('can do nothing after its eviction or ban: not resume, join, subscribe, say or hear', async () => {
    for (const banMs of [0, -1]) {
      await withServer({ ...tokens, kurentoRoom: { sessionGraceMs: 60_000 } }, async (url, stack) => {
        const mod = await join(url, modToken);
        await mod.request('publishVideo', { sdpOffer: publishOffer });
        const ana = await join(url, anaToken);
        const { sessionId } = await ana.request('connect');
        await ana.request('publishVideo', { sdpOffer: publishOffer });
        await ana.request('receiveVideoFrom', { sender: 'mod_webcam', sdpOffer: receiveOffer });
        await mod.request('forceDisconnect', { id: 'ana', banMs });
        expect(stack.media.endpoints.size, 'only the moderator publishes').to.equal(1);
        const other = await RpcClient.connect(url);
        const refused = [];
        for (const client of [ana, other]) {
          refused.push(
            await client.reason('connect', { sessionId }),
            await client.reason('joinRoom', { room: 'r', token: anaToken }),
            await client.reason('receiveVideoFrom', { sender: 'mod_webcam', sdpOffer: receiveOffer }),
            await client.reason('publishVideo', { sdpOffer: publishOffer }),
            await client.reason('sendMessage', { message: 'm', userMessage: 'ana', roomMessage: 'r' }),
            await client.reason('onIceCandidate', { endpointName: 'mod', candidate: '', sdpMLineIndex: 0 }),
          );
        }
        const barred = ['40007', banMs === 0 ? '999' : '401 banned', '102', '102', '102', '102'];
        expect(refused).to.deep.equal([...barred, ...barred]);
        for (const client of [ana, other]) await client.settle();
        const heard = [ana.notifications.length, other.notifications.length];
        await mod.request('sendMessage', { message: 'm', userMessage: 'mod', roomMessage: 'r' });
        for (const client of [ana, other]) await client.settle();
        expect([ana.notifications.length, other.notifications.length]).to.deep.equal(heard);
        expect(stack.media.endpoints.size).to.equal(1);
        for (const client of [mod, ana, other]) client.cut();
      });
    }
  });

  it('is gone when it was evicted while its socket was lost, and nothing is left of its session', async () => {
    await withServer({ ...tokens, kurentoRoom: { sessionGraceMs: 60_000 } }, async (url, stack) => {
      const mod = await join(url, modToken);
      const ana = await join(url, anaToken);
      const { sessionId } = await ana.request('connect');
      ana.cut();
      await ana.closed;
      await mod.request('forceDisconnect', { id: 'ana' });
      const again = await RpcClient.connect(url);
      expect(await again.reason('connect', { sessionId })).to.equal('40007');
      await mod.settle();
      expect(stack.remains.sessions).to.equal(1);
      mod.cut();
      again.cut();
    });
  });

  it('learns nothing while it waits, also when it asks over and over', async () => {
    await withServer({ auth: 'optional', keys: testKey, roomWaitingRoom: true }, async (url) => {
      const mod = await join(url, modToken, { features: all });
      const ana = await RpcClient.connect(url);
      const wish = { user: 'guest', room: 'r', features: all };
      for (let time = 0; time < 3; time += 1) {
        const { error } = await ana.call('joinRoom', wish);
        expect(error?.data).to.deep.equal({ reason: 'waiting', place: 1 });
      }
      expect(await ana.reason('publishVideo', { sdpOffer: publishOffer })).to.equal('102');
      await mod.request('sendMessage', { message: 'm', userMessage: 'mod', roomMessage: 'r' });
      await ana.settle();
      expect(ana.frames).to.deep.equal([]);
      const told = () => mod.notifications.filter(({ method }) => method === 'participantWaiting');
      await mod.settle();
      expect(told(), 'one knock, however often').to.have.lengthOf(1);
      await mod.request('admitParticipant', { id: told()[0]?.params?.id });
      expect(await ana.notified('admitted')).to.deep.equal({});
      await ana.request('joinRoom', wish);
      mod.cut();
      ana.cut();
    });
  });

  it('waits on while its socket is lost, and is told what became of it when it resumes its session', async () => {
    const options = { firstIsModerator: true, roomWaitingRoom: true, kurentoRoom: { sessionGraceMs: 60_000 } };
    await withServer(options, async (url, stack) => {
      const [ana, guest] = [await RpcClient.connect(url), await RpcClient.connect(url)];
      await ana.request('joinRoom', { user: 'ana', room: 'r', features: all });
      const { sessionId } = await guest.request('connect');
      expect(await guest.reason('joinRoom', { user: 'guest', room: 'r', features: all })).to.equal('401 waiting');
      const { id } = await ana.notified('participantWaiting');
      guest.cut();
      await until('the server has noticed the loss', () => stack.openConnections === 1);
      await ana.request('admitParticipant', { id });
      const again = await RpcClient.connect(url);
      await again.request('connect', { sessionId });
      expect(await again.notified('admitted')).to.deep.equal({});
      await again.request('joinRoom', { user: 'guest', room: 'r', features: all });
      for (const client of [ana, again]) client.cut();
    });
  });

  it('that knocks at another room waits at the first no more', async () => {
    await withServer({ firstIsModerator: true, roomWaitingRoom: true }, async (url) => {
      const [ana, berta, guest] = [
        await RpcClient.connect(url),
        await RpcClient.connect(url),
        await RpcClient.connect(url),
      ];
      await ana.request('joinRoom', { user: 'ana', room: 'one', features: all });
      await berta.request('joinRoom', { user: 'berta', room: 'two', features: all });
      expect(await guest.reason('joinRoom', { user: 'guest', room: 'one', features: all })).to.equal('401 waiting');
      expect(await ana.notified('participantWaiting')).to.include({ waiting: true });
      expect(await guest.reason('joinRoom', { user: 'guest', room: 'two', features: all })).to.equal('401 waiting');
      expect(await ana.notified('participantWaiting')).to.include({ waiting: false });
      expect(await berta.notified('participantWaiting')).to.include({ waiting: true });
      guest.cut();
      expect(await berta.notified('participantWaiting')).to.include({ waiting: false });
      for (const client of [ana, berta]) client.cut();
    });
  });
});

describe('Kurento Room §3.11 a publication that a moderator has ended', () => {
  const told = (client: RpcClient): unknown[] =>
    client.notifications.filter(({ method }) => method === 'participantUnpublished').map(({ params }) => params);

  it('is told to its publisher too, by its own name, unless that is a client of 2016', async () => {
    await withServer(tokens, async (url) => {
      const mod = await join(url, modToken);
      for (const features of [all, undefined]) {
        const ana = await join(url, anaToken, { features });
        await ana.request('publishVideo', { sdpOffer: publishOffer });
        await mod.request('forceUnpublish', { id: 'ana' });
        await ana.settle();
        expect(told(ana)).to.deep.equal(features ? [{ name: 'ana', streams: [{ id: 'webcam' }] }] : []);
        await ana.request('leaveRoom');
        ana.cut();
      }
      expect(told(mod)).to.deep.equal([{ name: 'ana' }, { name: 'ana' }]);
      mod.cut();
    });
  });
});

describe('Kurento Room §3.11 an event', () => {
  it('is encoded once for all clients that are told the same of it', () => {
    const encode = eventEncoder();
    const said = { type: 'participantLeft', participant: { name: 'ana' }, reason: 'left' } as RoomEvent;
    const frames = [noFeatures, featuresNamed(['state']), featuresNamed(all)].map((features) => encode(said, features));
    expect(new Set(frames).size).to.equal(1);
    const evicted = { type: 'participantEvicted', reason: 'x', mayReturn: false } as RoomEvent;
    const [old, state, moderation] = [[], ['state'], ['moderation']].map((names) =>
      encode(evicted, featuresNamed(names)),
    );
    expect(old).to.equal(state);
    expect(String(old?.[0])).to.include('"params":{}');
    expect(String(moderation?.[0])).to.include('"mayReturn":false');
  });
});
