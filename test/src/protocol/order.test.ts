import { expect } from 'chai';
import { MediaError } from '../../../media/errors.js';
import { RpcClient } from '../../support/rpc-client.js';
import { RoomStack } from '../../support/room-stack.js';

const offer = 'v=0 offer';

/** Kurento Room §4, §5 and §8, where the server or the media server acts; the rest is in transcripts. */
describe('what the room protocol tells when the server acts', () => {
  const stack = new RoomStack();
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  async function joined(user: string, room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url);
    await client.request('joinRoom', { user, room });
    return client;
  }

  function participant(room: string, id: string) {
    const found = stack.rooms.find(room)?.find(id);
    if (!found) throw new Error(`${id} is not in ${room}`);
    return found;
  }

  it('eviction: the others get participantLeft, she gets participantEvicted with no params and stays connected (§5.8, §8)', async () => {
    const [ana, berta] = [await joined('ana', 'evict'), await joined('berta', 'evict')];
    participant('evict', 'berta').room.evict(participant('evict', 'berta'));
    expect(await ana.notified('participantLeft')).to.deep.equal({ name: 'berta' });
    expect(await berta.take(() => true)).to.deep.equal({ method: 'participantEvicted', params: {}, jsonrpc: '2.0' });
    expect(await berta.refusal('sendMessage', { message: 'x', userMessage: 'berta', roomMessage: 'evict' })).to.equal(
      102,
    );
    await berta.request('joinRoom', { user: 'berta', room: 'evict' });
    expect(await ana.notified('participantJoined'), 'of the first time').to.deep.equal({ id: 'berta' });
  });

  it('closing: everybody gets roomClosed and nothing else; the room is gone, and so are the sockets a moment later (§8)', async () => {
    const [ana, berta] = [await joined('ana', 'closing'), await joined('berta', 'closing')];
    await ana.notified('participantJoined');
    stack.rooms.find('closing')?.close('the test says so');
    for (const client of [ana, berta]) {
      expect(await client.take(() => true)).to.deep.equal({
        method: 'roomClosed',
        params: { room: 'closing' },
        jsonrpc: '2.0',
      });
      expect(await client.refusal('leaveRoom')).to.equal(102);
    }
    expect(stack.rooms.find('closing')).to.equal(undefined);
  });

  it('closing: a client that does nothing more is disconnected with 1000 (§8)', async () => {
    const ana = await joined('ana', 'deaf');
    stack.rooms.find('deaf')?.close('the test says so');
    expect(await ana.closed).to.equal(1000);
  });

  it('an error of an endpoint is told to its owner, one of the pipeline to the room, as mediaError (§4)', async () => {
    const [ana, berta] = [await joined('ana', 'errors'), await joined('berta', 'errors')];
    await ana.request('publishVideo', { sdpOffer: offer });
    await berta.notified('participantPublished');
    const [endpoint] = stack.media.endpoints;
    endpoint?.listener.failed(new MediaError('engine-error', 'ICE failed'));
    expect(await ana.notified('mediaError')).to.deep.equal({ error: 'engine-error: ICE failed' });
    await berta.settle();
    expect(berta.notifications).to.deep.equal([]);
    const [pipeline] = stack.media.pipelines;
    pipeline?.listener.failed(new MediaError('engine-error', 'out of memory'));
    for (const client of [ana, berta]) {
      expect(await client.notified('mediaError')).to.deep.equal({ error: 'engine-error: out of memory' });
    }
    await ana.request('leaveRoom');
    await berta.request('leaveRoom');
  });

  it('what one does is told in the order she did it, and nothing follows participantLeft (§5.6, §5.7)', async () => {
    const [ana, berta] = [await joined('ana', 'order'), await RpcClient.connect(url)];
    const say = { message: 'hi', userMessage: 'berta', roomMessage: 'order' };
    const did: [string, object?][] = [
      ['joinRoom', { user: 'berta', room: 'order' }],
      ['publishVideo', { sdpOffer: offer }],
      ['sendMessage', say],
      ['unpublishVideo'],
      ['publishVideo', { sdpOffer: offer }],
      ['leaveRoom'],
    ];
    await Promise.all(did.map(([method, params]) => berta.request(method, params)));
    await ana.settle();
    expect(ana.notifications.map(({ method }) => method)).to.deep.equal([
      'participantJoined',
      'participantPublished',
      'sendMessage',
      'participantUnpublished',
      'participantPublished',
      'participantLeft',
    ]);
    expect(stack.media.endpoints.size).to.equal(0);
  });

  it('chat comes in the same order at every receiver, and to the sender after her answer (§5.4)', async () => {
    const crowd = await Promise.all(['a', 'b', 'c', 'd'].map((user) => joined(user, 'chat')));
    await Promise.all(
      crowd.flatMap((client, index) =>
        Array.from({ length: 20 }, (_, n) =>
          client.request('sendMessage', { message: `${index}.${n}`, userMessage: 'abcd'[index], roomMessage: 'chat' }),
        ),
      ),
    );
    await Promise.all(crowd.map((client) => client.settle()));
    const heard = crowd.map((client) =>
      client.notifications.filter(({ method }) => method === 'sendMessage').map(({ params }) => params?.message),
    );
    expect(heard[0]).to.have.lengthOf(80);
    for (const texts of heard) expect(texts).to.deep.equal(heard[0]);
  });
});
