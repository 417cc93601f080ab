import { expect } from 'chai';
import { adminToken } from '../support/administrator.js';
import { expectGapless } from '../support/negotiate.js';
import type { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { readinessOf, useClusterStage } from './served-node.js';

const watching = { sender: 'ana_webcam' };

describe('A node that is told to end while others are there', function () {
  this.timeout(90_000);
  const stage = useClusterStage();

  async function say(client: Pick<RpcClient, 'request'>, user: string, message: string, room = 'r'): Promise<unknown> {
    return client.request('sendMessage', { message, userMessage: user, roomMessage: room });
  }

  it('gives its rooms to them, opens no new ones, and sends its clients there', async () => {
    const given = { adminToken, drainS: 1 };
    const [one, two] = [await stage.node(given), await stage.node(given)];
    await stage.known([one, two]);
    const [ana, anaId] = await stage.join(one, 'ana', 'r');
    const [ben] = await stage.join(two, 'ben', 'r');
    const crowd = await Promise.all(['b', 'c', 'd', 'e'].map(async (user) => stage.join(one, user, `r${user}`)));
    const publisher = await stage.negotiate(ana, 'ana', 'publishVideo');
    publisher.send();
    const subscriber = await stage.negotiate(ben, 'ana', 'receiveVideoFrom', watching);
    await subscriber.receives({ audio: 10, video: 10 });
    const late = await stage.connect(one);
    const ended = one.suspend();
    await until('clients are sent elsewhere', async () => (await readinessOf(one)) === 503);
    // Its connection is one of the last that end.
    await late.request('joinRoom', { user: 'late', room: 'new' });
    expect(two.rooms.find('new')?.size).to.equal(1);
    expect(await ana.closed).to.equal(1012);
    await ended;
    expect(two.rooms.names.sort()).to.deep.equal(['new', 'r', 'rb', 'rc', 'rd', 're']);
    await say(ben, 'ben', 'hello');
    const back = await stage.resume(two, anaId);
    expect(await back.notified('sendMessage')).to.include({ user: 'ben', message: 'hello' });
    for (const [, sessionId] of crowd) await stage.resume(two, sessionId);
    await subscriber.receives({ video: subscriber.received.video + 25 });
    expectGapless(subscriber);
    expect(ben.notifications.map(({ method }) => method)).to.not.include('participantLeft');
  });

  it('loses nothing when it is killed meanwhile', async () => {
    const env = { ADMIN_TOKEN: adminToken };
    const owner = await stage.nodeProcess(0, env);
    const other = await stage.node({ adminToken });
    await stage.known([owner, other]);
    const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
    const there = await Promise.all(names.map(async (name) => stage.join(owner, 'ana', name)));
    const here = await Promise.all(names.map(async (name) => stage.join(other, 'ben', name)));
    const said = names.map(async (name, index) => {
      for (let text = 0; text < 20; text += 1) await say(here[index]?.[0] ?? expect.fail(), 'ben', String(text), name);
    });
    void owner.end('SIGTERM');
    await until('the first room is given away', () => other.rooms.names.length > 0);
    await owner.end('SIGKILL');
    await Promise.all(said);
    for (const [index] of names.entries()) {
      const ben = here[index]?.[0] ?? expect.fail();
      await ben.settle();
      const heard = ben.frames.flatMap(({ method, params }) => (method === 'sendMessage' ? [params?.message] : []));
      expect(heard).to.deep.equal(Array.from({ length: 20 }, (_, text) => String(text)));
      await stage.resume(other, there[index]?.[1] ?? '');
    }
    expect(other.rooms.names.length).to.equal(names.length);
  });
});
