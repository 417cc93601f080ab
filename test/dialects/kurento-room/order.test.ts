import { expect } from 'chai';
import { RpcClient } from '../../support/rpc-client.js';
import { RoomStack } from '../../support/room-stack.js';

/** Tests with many clients at the same moment; the rest is in test/transcripts/5-ordering.txt. */
describe('Kurento Room §5 ordering guarantees, with many clients at once', () => {
  const stack = new RoomStack();
  let url = '';
  before(async () => {
    url = await stack.start();
  });
  after(() => stack.stop());

  function connect(count: number): Promise<RpcClient[]> {
    return Promise.all(Array.from({ length: count }, () => RpcClient.connect(url)));
  }

  async function joined(user: string, room: string): Promise<RpcClient> {
    const client = await RpcClient.connect(url);
    await client.request('joinRoom', { user, room });
    return client;
  }

  it('rule 1: everybody learns of everybody else exactly once, in the answer or by participantJoined', async () => {
    const crowd = await connect(30);
    const answers = await Promise.all(
      crowd.map((client, index) => client.request('joinRoom', { user: `user${index}`, room: 'crowd' })),
    );
    await Promise.all(crowd.map((client) => client.settle()));
    for (const [index, client] of crowd.entries()) {
      const listed = (answers[index]?.value as { id: string }[] | undefined)?.map(({ id }) => id) ?? [];
      const announced = client.notifications.map(({ params }) => String(params?.id));
      const everybodyElse = crowd.map((_, other) => `user${other}`).filter((user) => user !== `user${index}`);
      expect([...listed, ...announced]).to.have.members(everybodyElse);
      expect(listed.length + announced.length).to.equal(crowd.length - 1);
    }
  });

  it('rule 1: the answer to joinRoom is the first message about the room that a newcomer gets', async () => {
    const ana = await joined('ana', 'first');
    const newcomers = await connect(10);
    for (const [index, client] of newcomers.entries()) {
      client.send({ jsonrpc: '2.0', id: 1, method: 'joinRoom', params: { user: `user${index}`, room: 'first' } });
      ana.send({
        jsonrpc: '2.0',
        method: 'sendMessage',
        params: { message: 'hi', userMessage: 'ana', roomMessage: 'first' },
      });
    }
    for (const client of newcomers) expect((await client.take(() => true)).id).to.equal(1);
  });

  it('rule 1: a text that is said during the join comes after the answer', async () => {
    await joined('ana', 'moment');
    const join = stack.rooms.join.bind(stack.rooms);
    stack.rooms.join = (...given) => {
      const joining = join(...given);
      stack.rooms.find('moment')?.find('ana')?.say('meanwhile');
      return joining;
    };
    const berta = await RpcClient.connect(url);
    berta.send({ jsonrpc: '2.0', id: 1, method: 'joinRoom', params: { user: 'berta', room: 'moment' } });
    expect(await berta.take(() => true)).to.have.property('id', 1);
    expect(await berta.take(() => true)).to.have.property('method', 'sendMessage');
    stack.rooms.join = join;
  });

  it('rule 1: a participant that joins, publishes and leaves while others join is in their list, or told, never both', async () => {
    const crowd = await connect(20);
    const answers = await Promise.all(
      crowd.map(async (client, index) => {
        const answer = client.request('joinRoom', { user: `user${index}`, room: 'busy' });
        client.send({ jsonrpc: '2.0', id: 'p', method: 'publishVideo', params: { sdpOffer: 'v=0' } });
        if (index % 2 === 0) client.send({ jsonrpc: '2.0', id: 'l', method: 'leaveRoom' });
        return (await answer).value as { id: string; streams: unknown[] }[];
      }),
    );
    const stayed = crowd.filter((_, index) => index % 2 === 1);
    for (const client of crowd) await client.take(({ id }) => id === 'p');
    for (const [index, client] of crowd.entries()) if (index % 2 === 0) await client.take(({ id }) => id === 'l');
    for (const client of stayed) await client.settle();
    for (const client of stayed) {
      // The participants that a client knows, from the list and the later notifications.
      const index = crowd.indexOf(client);
      const present = new Map((answers[index] ?? []).map(({ id, streams }) => [id, streams.length > 0]));
      for (const { method, params } of client.notifications) {
        const id = String(params?.id ?? params?.name);
        const was = present.get(id);
        if (method === 'participantJoined') {
          expect(was, `${id} joined twice`).to.equal(undefined);
          present.set(id, false);
        } else if (method === 'participantPublished') {
          expect(was, `${id} published`).to.equal(false);
          present.set(id, true);
        } else {
          expect(method).to.equal('participantLeft');
          expect(was, `${id} left`).to.not.equal(undefined);
          present.delete(id);
        }
      }
      const others = crowd.map((_, other) => `user${other}`).filter((_, other) => other % 2 === 1 && other !== index);
      expect([...present]).to.have.deep.members(others.map((id) => [id, true]));
    }
  });

  it('rule 4: chat arrives in the same order at every receiver', async () => {
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
