import { expect } from 'chai';
import { Collector } from '../support/collector.js';
import { RpcClient } from '../support/rpc-client.js';
import { useClusterStage } from './served-node.js';

describe('A room of clients at several nodes', function () {
  this.timeout(60_000);
  const stage = useClusterStage();

  it('hear and see each other', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    const wish = { features: ['speakers'] };
    const [ana] = await stage.join(one, 'ana', 'r', wish);
    const [ben] = await stage.join(two, 'ben', 'r', wish);
    await ana.take((frame) => frame.method === 'participantJoined' && frame.params?.id === 'ben');
    expect(two.rooms.find('r'), 'the room is at one node alone').to.equal(undefined);
    await ben.request('sendMessage', { message: 'hello', userMessage: 'ben', roomMessage: 'r' });
    const heard = await ana.take((frame) => frame.method === 'sendMessage');
    expect(heard.params).to.include({ user: 'ben', message: 'hello' });
    const publisher = await stage.negotiate(ben, 'ben', 'publishVideo');
    publisher.send(20);
    for (const client of [ana, ben]) {
      const { params } = await client.take((frame) => frame.method === 'activeSpeakersChanged');
      expect(params?.speakers).to.have.nested.property('[0].id', 'ben');
    }
    const subscriber = await stage.negotiate(ana, 'ben', 'receiveVideoFrom', { sender: 'ben_webcam' });
    await subscriber.receives({ audio: 10, video: 10 });
    await ben.request('leaveRoom');
    await ana.take((frame) => frame.method === 'participantLeft');
    await ana.request('leaveRoom');
    await stage.expectNothingLeft();
  });

  it('are told who speaks past the log, which they do not count, and anew when they come back', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    const wish = { features: ['speakers', 'resume'] };
    const [ana] = await stage.join(one, 'ana', 'r', wish);
    const [ben, session] = await stage.join(two, 'ben', 'r', wish);
    const speaker = async (client: RpcClient): Promise<unknown> => {
      const { params } = await client.take(
        ({ method, params: told }) => method === 'activeSpeakersChanged' && JSON.stringify(told).includes('ana'),
      );
      return params?.speakers;
    };
    const publisher = await stage.negotiate(ana, 'ana', 'publishVideo');
    publisher.send(20);
    await speaker(ben);
    await ana.request('sendMessage', { message: 'hello', userMessage: 'ana', roomMessage: 'r' });
    await ben.notified('sendMessage');
    ben.cut();
    await ben.closed;
    // The answer to joinRoom, participantPublished, and the text.
    const again = await stage.connect(two);
    await again.request('connect', { sessionId: session, received: 3 });
    await speaker(again);
    await ana.request('sendMessage', { message: 'again', userMessage: 'ana', roomMessage: 'r' });
    expect(await again.notified('sendMessage')).to.include({ message: 'again' });
    const log = JSON.stringify(await stage.log('r'));
    expect(log).to.include('participantPublished').and.to.include('again');
    expect(log).not.to.include('activeSpeakersChanged');
  });

  it('come in, and know of each other, when a hundred come at once', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    await stage.join(one, 'first', 'r');
    const people = await Promise.all(Array.from({ length: 100 }, async () => stage.connect(two)));
    const answers = await Promise.all(
      people.map(async (client, index) => client.request('joinRoom', { user: `u${index}`, room: 'r' })),
    );
    await Promise.all(people.map(async (client) => client.settle()));
    for (const [index, { value }] of answers.entries()) {
      const joined = people[index]?.notifications.filter(({ method }) => method === 'participantJoined') ?? [];
      expect((Array.isArray(value) ? value.length : 0) + joined.length, `known to u${index}`).to.equal(100);
    }
  });

  it('have what they do in the traces that they began, whichever node they came to', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const parentSpanId = 'b7ad6b7169203331';
    const sent = await Collector.start();
    const [one, two] = [await stage.node({ otelExporterOtlpEndpoint: sent.endpoint }), await stage.node()];
    await stage.join(one, 'ana', 'r');
    const ben = await RpcClient.connect(two.url, { headers: { traceparent: `00-${traceId}-${parentSpanId}-01` } });
    await ben.request('joinRoom', { user: 'ben', room: 'r' });
    ben.cut();
    await one.stop();
    const spans = await sent.stop();
    const ofBen = spans.filter((span) => span.name === 'join' && span.traceId === traceId);
    expect(ofBen.map((span) => span.parentSpanId)).to.deep.equal([parentSpanId]);
  });

  it('go on when the node is killed that owns the room', async () => {
    const owner = await stage.nodeProcess();
    const [one, two] = [await stage.node(), await stage.node()];
    const [, anaId] = await stage.join(owner, 'ana', 'r');
    const [ben] = await stage.join(one, 'ben', 'r');
    const [cleo] = await stage.join(two, 'cleo', 'r');
    const publisher = await stage.negotiate(ben, 'ben', 'publishVideo');
    publisher.send();
    const subscriber = await stage.negotiate(cleo, 'ben', 'receiveVideoFrom', { sender: 'ben_webcam' });
    await subscriber.receives({ audio: 10, video: 10 });
    const say = async (message: string): Promise<void> => {
      await ben.request('sendMessage', { message, userMessage: 'ben', roomMessage: 'r' });
    };
    await say('before');
    await owner.end('SIGKILL');
    // Waits for the next owner.
    await say('after');
    for (const text of ['before', 'after']) {
      const { params } = await cleo.take((frame) => frame.method === 'sendMessage');
      expect(params?.message).to.equal(text);
    }
    const back = await stage.resume(two, anaId);
    const late = await stage.negotiate(back, 'ben', 'receiveVideoFrom', { sender: 'ben_webcam' });
    await late.receives({ video: 10 });
    const [begin = 0] = subscriber.videoSequence;
    expect(subscriber.videoSequence, 'no packet is missing').to.deep.equal(
      subscriber.videoSequence.map((_, index) => (begin + index) % 65_536),
    );
    for (const client of [back, ben, cleo]) await client.request('leaveRoom');
    await stage.expectNothingLeft();
  });

  it('one of them that makes the server tell too much is closed, wherever its socket is', async () => {
    const small = { maxToldByteRate: 65_536, maxToldByteBurst: 65_536 };
    const [one, two] = [await stage.node(small), await stage.node(small)];
    await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    const message = 'x'.repeat(16_000);
    for (let id = 1; id <= 20; id += 1) {
      ben.send({
        jsonrpc: '2.0',
        id,
        method: 'sendMessage',
        params: { message, userMessage: 'ben', roomMessage: 'r' },
      });
    }
    const { error } = await ben.take((frame) => frame.error !== undefined);
    expect(error?.data).to.include({ reason: 'too-many' });
    expect(await ben.closed).to.equal(1008);
  });

  it('stay in it when they ask for a session that nobody knows', async () => {
    const [one, two] = [await stage.node(), await stage.node()];
    await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    expect(await ben.refusal('connect', { sessionId: 'nobody' })).to.equal(40_007);
    await ben.request('sendMessage', { message: 'still here', userMessage: 'ben', roomMessage: 'r' });
    const present = [...(one.rooms.find('r')?.participants ?? [])].map(({ name }) => name);
    expect(present).to.deep.equal(['ana', 'ben']);
  });
});
