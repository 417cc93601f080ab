import { expect } from 'chai';
import { z } from 'zod';
import { roomHash } from '../../cluster/names.js';
import type { GivenConfig } from '../../src/config.js';
import { until } from '../support/until.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';
import { NodeInRedis, names } from './rooms-in-redis.js';
import { useClusterStage } from './served-node.js';

describe('Webhooks of several nodes', function () {
  this.timeout(60_000);
  const stage = useClusterStage();
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.die();
    expect(receiver.faults).to.deep.equal([]);
  });

  function given(): GivenConfig {
    const keys = { [webhookKey.name]: webhookKey.secret };
    return { webhookUrls: [receiver.url], webhookKey: webhookKey.name, keys, kurentoRoom: { sessionGraceMs: 60_000 } };
  }

  const opening = ['room_started r', 'participant_joined r ana'];
  const ending = ['participant_left r ana', 'room_finished r'];

  /** Of what was taken: each id counts once, as for a receiver that remembers them. */
  function taken(): string[] {
    const known = new Set<string>();
    return receiver.received.flatMap(({ event }, index) => {
      if (index < refused || known.has(event.id)) return [];
      known.add(event.id);
      return [[event.event, event.room?.name, event.participant?.identity].filter(Boolean).join(' ')];
    });
  }
  /** How many came while the receiver took none. */
  let refused = 0;

  function refuse(): void {
    receiver.answer = (response) => response.writeHead(500).end();
  }

  function takeAll(): void {
    refused = receiver.received.length;
    receiver.answer = (response) => response.end();
  }

  it('that a node has not sent when it dies are sent by the next one, with the same ids, and none is told anew', async () => {
    refuse();
    const env = {
      WEBHOOK_URLS: receiver.url,
      WEBHOOK_KEY: webhookKey.name,
      KEYS: `${webhookKey.name}: ${webhookKey.secret}`,
    };
    const owner = await stage.nodeProcess(0, env);
    const other = await stage.node(given());
    const [, anaId] = await stage.join(owner, 'ana', 'r');
    await until('it was tried', () => receiver.received.length > 0);
    await owner.end('SIGKILL');
    const [{ event: first } = expect.fail('one came')] = receiver.received;
    takeAll();
    await until('the next node sends them', () => taken().length === 2);
    expect(receiver.received.at(refused)?.event.id).to.equal(first.id);
    const ana = await stage.resume(other, anaId);
    await ana.request('leaveRoom');
    await until('it goes on', () => taken().length >= 4);
    expect(taken()).to.deep.equal([...opening, ...ending]);
  });

  it('go with their room to another node', async () => {
    refuse();
    const owner = await stage.node(given());
    const other = await stage.node(given());
    const [, anaId] = await stage.join(owner, 'ana', 'r');
    await until('it was tried', () => receiver.received.length > 0);
    await owner.suspend();
    takeAll();
    await until('the room is on the other node', () => other.rooms.find('r') !== undefined);
    await until('that one sends them', () => taken().length === 2);
    const ana = await stage.resume(other, anaId);
    await ana.request('leaveRoom');
    await until('it goes on', () => taken().length >= 4);
    expect(taken()).to.deep.equal([...opening, ...ending]);
  });

  it('are sent once where all goes well, and nothing of them is kept', async () => {
    const node = await stage.node(given());
    takeAll();
    const [ana] = await stage.join(node, 'ana', 'r');
    await until('they are taken', () => taken().length === 2);
    const redis = await NodeInRedis.start(stage.redis, 'other');
    await until('nothing of them is kept', async () => {
      const fields = z.array(z.string()).parse(await redis.hub.call('HKEYS', names.state(roomHash('r'))));
      return fields.includes('room') && !fields.some((field) => field.startsWith('hook:'));
    });
    redis.die();
    await node.stop();
    await ana.close();
    expect(receiver.told()).to.deep.equal([...opening, ...ending]);
  });
});
