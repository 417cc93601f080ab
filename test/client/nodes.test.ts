import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { z } from 'zod';
import { comparePositions } from '../../cluster/position.js';
import type { Position } from '../../cluster/position.js';
import { inBrowserWorld } from './browser-world.js';
import { PeerProcess } from '../support/peer.js';
import type { Peer } from '../support/peer.js';
import { RedisServer } from '../support/redis-server.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';
import { Conversation, Person } from './person.js';
import { Rig, leaseMs } from '../cluster/processes/rig.js';
import type { Node } from '../cluster/processes/rig.js';

/** Owners that are killed at a moment by chance, in the time in which two people negotiate. By hand: `MOMENTS=20`. */
const moments = Number(process.env.MOMENTS ?? 1);
const negotiationMs = 300;
/** How long Redis is away, in ms. */
const awayMs = Number(process.env.AWAY_MS ?? 300);

describe('A call through three nodes', function () {
  this.timeout(90_000);
  inBrowserWorld();
  let rig: Rig;
  let peers: PeerProcess;
  let room = '';
  let rooms = 0;
  const people: Person[] = [];
  let conversation: Conversation | undefined;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    [rig, peers] = await Promise.all([Rig.start({}, { engine: ['--bind-address', '127.0.0.1'] }), PeerProcess.start()]);
  });

  beforeEach(() => {
    room = `room ${(rooms += 1)}`;
  });

  afterEach(async () => {
    conversation?.stop();
    for (const person of people.splice(0)) person.close();
    await rig.mend();
  });

  after(async () => {
    if (!RedisServer.isInstalled) return;
    await rig.close();
    await peers.stop();
  });

  const enter = async (name: string, node: number): Promise<Person> => {
    const person = await Person.join(await rig.front(node), name, room, peers);
    people.push(person);
    return person;
  };

  /** Ana, at the owner of the room, and Ben and Cleo at the other nodes. They talk all the time. */
  async function call(): Promise<{ owner: Node; ana: Person; ben: Person; cleo: Person; talk: Conversation }> {
    const ana = await enter('ana', 0);
    const [ben, cleo] = [await enter('ben', 1), await enter('cleo', 2)];
    const talk = (conversation = new Conversation([ana, ben, cleo]));
    await talk.goesOn();
    return { owner: await rig.owner(room), ana, ben, cleo, talk };
  }

  /** Everything works, and has gone on; then nothing is left. */
  async function expectWell(talk: Conversation, ...watched: Peer[]): Promise<void> {
    if (talk.isGoing) await talk.goesOn();
    await talk.ends();
    for (const peer of watched) {
      await peer.receives({ video: peer.received.video + 10 });
      const [begin = 0] = peer.videoSequence;
      expect(peer.videoSequence, 'no packet is missing').to.deep.equal(
        peer.videoSequence.map((_, index) => (begin + index) % 65_536),
      );
    }
    for (const person of people) {
      expect(person.renewals, `${person.name} came back to the same session`).to.equal(0);
      await person.leave();
    }
    await rig.expectNothingLeft();
  }

  async function anotherOwner(than: Node): Promise<void> {
    await until('another node owns the room', async () => ![undefined, than].includes(await rig.ownerOf(room)), 30_000);
  }

  it('goes on when its owner is killed between the creation of an endpoint and its answer', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    const ends = rig.toEngines.map((proxy) => proxy.once('back', 'v=0', () => void owner.kill()));
    await ben.publish();
    // One of the two media servers has answered.
    for (const end of ends) end();
    expect(owner.isRunning).to.equal(false);
    await expectWell(talk, await cleo.watch('ben'), await ana.watch('ben'));
  });

  it('goes on when its owner is killed between an answer and the first candidate', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    ben.front.once('back', 'sdpAnswer', () => void owner.kill());
    await ben.publish();
    await expectWell(talk, await cleo.watch('ben'), await ana.watch('ben'));
  });

  it('goes on when its owner is killed between a commit and its delivery', async () => {
    const { owner, ben, cleo, talk } = await call();
    await ben.publish();
    const watched = await cleo.watch('ben');
    const isCommitted = new Promise<void>((resolve) => {
      owner.toRedis.once('there', 'the last words', () => {
        owner.toRedis.stop('back');
        resolve();
      });
    });
    const said = ben.say('the last words');
    await isCommitted;
    await until('Redis has it', async () =>
      (await rig.log(room)).some(({ frame }) => frame.includes('the last words')),
    );
    const killed = owner.kill();
    owner.toRedis.cut();
    await Promise.all([killed, said]);
    await expectWell(talk, watched);
  });

  for (let index = 0; index < moments; index += 1) {
    const afterMs = Math.floor(((index + Math.random()) * negotiationMs) / moments);
    it(`goes on when its owner is killed ${afterMs} ms after somebody begins to publish and another one to watch`, async () => {
      const { owner, ana, ben, cleo, talk } = await call();
      await ana.publish();
      const publishing = ben.publish();
      const watching = cleo.watch('ana');
      await pause(afterMs);
      await owner.kill();
      await publishing;
      await expectWell(talk, await watching, await cleo.watch('ben'));
    });
  }

  it('goes on when its owner stands still for three seconds, and when that wakes up', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    const dora = await enter('dora', 0);
    await ben.publish();
    const watched = await cleo.watch('ben');
    const moving = await RpcClient.connect(owner.url);
    const { sessionId } = await moving.request('joinRoom', { user: 'emil', room });
    owner.stop();
    ana.drop();
    await anotherOwner(owner);
    const moved = await RpcClient.connect(rig.nodes[1]?.url ?? '');
    await moved.request('connect', { sessionId });
    await pause(leaseMs);
    owner.goOn();
    expect(await moving.closed, 'the session of that connection is elsewhere').to.equal(1000);
    await moved.request('leaveRoom');
    const late = await dora.watch('ben');
    expect(dora.interruptions, 'Dora did not give up, and goes on through the same connection').to.equal(0);
    await expectWell(talk, watched, late);
  });

  it('goes on when its owner is cut off from Redis, which waits then, and comes back', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    await ben.publish();
    const watched = await cleo.watch('ben');
    owner.toRedis.cut();
    await anotherOwner(owner);
    expect((await owner.health()).state).to.equal('frozen');
    owner.toRedis.mend();
    await until('it is back', async () => (await owner.health()).state === 'up');
    await expectWell(talk, watched, await ana.watch('ben'));
  });

  it('goes on at other nodes when one alone is cut off from Redis for long', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    await ben.publish();
    const watched = await cleo.watch('ben');
    owner.toRedis.cut();
    await until('Ana was sent away', () => ana.interruptions === 1);
    await talk.goesOn();
    const late = await ana.watch('ben');
    expect((await owner.health()).state).to.equal('frozen');
    owner.toRedis.mend();
    await expectWell(talk, watched, late);
  });

  it('goes on when a node is killed that does not own it', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    const [, one] = rig.nodes;
    expect(owner).to.not.equal(one);
    await ben.publish();
    const watched = await cleo.watch('ben');
    const epoch = await rig.epoch(room);
    await one?.kill();
    await until('Ben has noticed', () => ben.interruptions === 1);
    const late = await ana.watch('ben');
    expect(await rig.epoch(room)).to.equal(epoch);
    await expectWell(talk, watched, late);
  });

  it('has one owner that acts, when a node stands still that has something under way', async () => {
    const { owner, ana, ben, cleo, talk } = await call();
    const dora = await enter('dora', 0);
    await dora.publish();
    const watched = await cleo.watch('dora');
    // It may still act, and what it writes does not arrive.
    owner.toRedis.stop('there', 'back');
    const saying = dora.say('said to the former owner');
    const gone = dora.ask('unpublishVideo');
    await anotherOwner(owner);
    expect(ben.told).to.not.include('dora: said to the former owner');
    await watched.receives({ video: watched.received.video + 10 });
    owner.toRedis.goOn();
    await Promise.all([saying, gone]);
    await until('all hear that Dora is not seen any more', () =>
      [ana, ben, cleo].every(({ told }) => told.includes('dora publishes no more')),
    );
    for (const line of ['dora: said to the former owner', 'dora publishes no more']) {
      for (const { name, told } of [ana, ben, cleo]) {
        expect(
          told.filter((each) => each === line),
          `what ${name} is told`,
        ).to.have.lengthOf(1);
      }
    }
    await expectWell(talk);
  });

  it('tells a client that does not count nothing twice but what its node had not reported yet', async () => {
    const { talk } = await call();
    const [, , gateway] = rig.nodes;
    const front = await rig.front(2);
    const url = `http://127.0.0.1:${front.port}/`;
    const old = await RpcClient.connect(url);
    const { sessionId } = await old.request('joinRoom', { user: 'old', room });
    await until(
      'its node has reported what it has written',
      async () => (await rig.written(room, gateway)) !== undefined,
    );
    const reported = (await rig.written(room, gateway)) ?? expect.fail();
    await talk.goesOn();
    await gateway?.kill();
    await old.closed;
    const back = await RpcClient.connect(url);
    await back.request('connect', { sessionId });
    await talk.goesOn();
    await talk.ends();
    await back.settle();
    const [before, after] = [said(old), said(back)];
    // Clients with other features are told the same in another form: the last one is meant.
    const log = new Map<string, Position>();
    for (const { at, frame } of await rig.log(room)) {
      const text = saidIn(frame);
      if (text !== undefined) log.set(text, at);
    }
    for (const text of before.filter((each) => after.includes(each))) {
      expect(comparePositions(log.get(text) ?? reported, reported), text).to.be.above(0);
    }
    const all = [...before, ...after.filter((text) => !before.includes(text))];
    expect(all, 'and it misses nothing').to.deep.equal([...log.keys()].slice(-all.length));
    await back.request('leaveRoom');
    await expectWell(talk);
  });

  for (const [how, loses] of [
    ['with its data', (): void => undefined],
    [
      'empty',
      (): void => {
        rig.redis.forgetAll();
      },
    ],
    [
      'without what it had written last',
      (): void => {
        rig.redis.forgetFrom('the last words');
      },
    ],
  ] as const) {
    it(`goes on when Redis is killed, and comes back ${how}`, async () => {
      const { ana, ben, cleo, talk } = await call();
      await ben.publish();
      const watched = await cleo.watch('ben');
      const epoch = await rig.epoch(room);
      await ben.say('the last words');
      await rig.redis.kill();
      loses();
      await pause(awayMs);
      await rig.redis.start();
      const late = await ana.watch('ben');
      await talk.goesOn();
      expect(await rig.epoch(room)).to.equal(epoch);
      for (const { interruptions } of people) expect(interruptions).to.equal(0);
      await expectWell(talk, watched, late);
    });
  }
});

/** What a client was told that people have said. */
function said({ frames }: RpcClient): string[] {
  return frames.flatMap((frame) => saidIn(JSON.stringify(frame)) ?? []);
}

function saidIn(text: string): string | undefined {
  const { data } = sendMessage.safeParse(text.startsWith('{') ? JSON.parse(text) : undefined);
  return data && `${data.params.user}: ${data.params.message}`;
}

const sendMessage = z.object({
  method: z.literal('sendMessage'),
  params: z.object({ user: z.string(), message: z.string() }),
});
