import { expect } from 'chai';
import type { Message, Sent } from '../../../cluster/relay/messages.js';
import { HubPost } from '../../../cluster/relay/post.js';
import { RecordingLog } from '../../support/recording-log.js';
import { RedisServer } from '../../support/redis-server.js';
import { until } from '../../support/until.js';
import { HandClock } from '../hand-clock.js';
import { garden, names, NodeInRedis } from '../rooms-in-redis.js';

describe('What nodes tell each other through Redis', () => {
  let redis: RedisServer;
  let ana: NodeInRedis;
  let ben: NodeInRedis;
  let posts: HubPost[];
  let heard: Message[];
  let deaf: string[];
  let log: RecordingLog;
  let clock: HandClock;

  before(function () {
    if (!RedisServer.isInstalled) this.skip();
  });

  beforeEach(async () => {
    redis = await RedisServer.start();
    ana = await NodeInRedis.start(redis, 'ana');
    ben = await NodeInRedis.start(redis, 'ben');
    [posts, heard, deaf, log] = [[], [], [], new RecordingLog()];
    clock = new HandClock();
  });

  afterEach(async () => {
    for (const post of posts) post.close();
    ana.die();
    ben.die();
    await redis.remove();
  });

  function postOf(node: NodeInRedis): HubPost {
    const listener = {
      heard: (message: Message) => {
        heard.push(message);
      },
      deaf: (id: string) => {
        deaf.push(id);
      },
    };
    const post = new HubPost(node.hub, names, node.id, listener, clock, log);
    posts.push(post);
    return post;
  }

  function request(text: string): Sent {
    return { v: 1, r: garden, t: 'req', g: 'ana', l: {}, q: [['line', 1, { a: 'f', f: text }]] };
  }

  function texts(): string[] {
    return heard.flatMap((message) =>
      message.t === 'req' ? message.q.flatMap(([, , act]) => (act.a === 'f' ? [act.f] : [])) : [],
    );
  }

  it('comes in its order, and all of one turn in one message of Redis', async () => {
    postOf(ben);
    const post = postOf(ana);
    for (const text of ['a', 'b', 'c']) post.send('ben', request(text));
    await until('the messages are heard', () => heard.length === 3);
    expect(texts()).to.deep.equal(['a', 'b', 'c']);
    expect(ben.heard).to.have.length(1);
  });

  it('comes in several messages where it is long', async () => {
    postOf(ben);
    const post = postOf(ana);
    const long = Array.from({ length: 12 }, (_, index) => String(index).padEnd(100_000, '.'));
    for (const text of long) post.send('ben', request(text));
    await until('the messages are heard', () => heard.length === 12);
    expect(texts()).to.deep.equal(long);
    expect(ben.heard.length).to.be.greaterThan(2);
    for (const text of ben.heard) expect(Buffer.byteLength(text)).to.be.lessThan(512_000);
  });

  it('waits for others when it may, and keeps its place', async () => {
    postOf(ben);
    const post = postOf(ana);
    post.send('ben', request('a'), 10);
    post.send('ben', request('b'), 10);
    await ana.hub.call('PING');
    await ben.hub.call('PING');
    expect(texts()).to.deep.equal([]);
    post.send('ben', request('c'));
    await until('the messages are heard', () => heard.length === 3);
    expect(texts()).to.deep.equal(['a', 'b', 'c']);
    expect(ben.heard).to.have.length(1);
    post.send('ben', request('d'), 10);
    clock.pass(10);
    await until('the last one is heard', () => heard.length === 4);
    expect(clock.waits).to.equal(0);
  });

  it('comes before a commit that is sent in the same turn, when it may not wait', async () => {
    postOf(ben);
    const post = postOf(ana);
    post.send('ben', request('before'));
    post.sendNow('ben');
    await ana.hub.call('PUBLISH', names.channelOf('ben'), JSON.stringify([request('by a commit')]));
    await until('both are heard', () => heard.length === 2);
    expect(texts()).to.deep.equal(['before', 'by a commit']);
    post.sendNow('ben');
    await ana.hub.call('PING');
    expect(ben.heard).to.have.length(2);
  });

  it('is heard at once by the node itself', () => {
    const post = postOf(ana);
    post.send('ana', request('to myself'));
    expect(texts()).to.deep.equal(['to myself']);
  });

  it('is dropped and counted when it cannot be read, and the log says so once', async () => {
    const post = postOf(ben);
    const sender = postOf(ana);
    for (const text of ['garbage', '{}', '[{"v":1,"t":"req"}]', '[{"v":2}]']) {
      await ana.hub.call('PUBLISH', names.channelOf('ben'), text);
    }
    sender.send('ben', request('after it'));
    await until('the messages are heard', () => heard.length === 1);
    expect(texts()).to.deep.equal(['after it']);
    expect(post.dropped).to.equal(4);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.have.length(1);
  });

  it('that reaches nobody is told to the sender', async () => {
    postOf(ana).send('nobody', request('hello?'));
    await until('nobody heard it', () => deaf.length === 1);
    expect(deaf).to.deep.equal(['nobody']);
  });
});
