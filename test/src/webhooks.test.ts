import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { configOf } from '../../src/config.js';
import type { GivenConfig } from '../../src/config.js';
import { checkStart } from '../../src/start-checks.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { WebhookReceiver, webhookKey } from '../support/webhook-receiver.js';

const keys = { [webhookKey.name]: webhookKey.secret };

describe('WEBHOOK_URLS', () => {
  let receiver: WebhookReceiver;
  let stage: ServiceStage;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.die();
    expect(receiver.faults).to.deep.equal([]);
  });

  async function start(given: GivenConfig = {}): Promise<string> {
    stage = new ServiceStage({ webhookUrls: [receiver.url], webhookKey: webhookKey.name, keys, adminToken, ...given });
    return stage.start();
  }

  it('are told of a call, and of its end when the server stops', async () => {
    const url = await start({ kurentoRoom: { sessionGraceMs: 1 } });
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await ana.request('publishVideo', { sdpOffer: 'v=0' });
    const ben = await RpcClient.connect(url);
    await ben.request('joinRoom', { user: 'ben', room: 'garden' });
    await ben.close();
    await until('ben is given up', () => receiver.told().includes('participant_left garden ben'));
    const cleo = await RpcClient.connect(url);
    await cleo.request('joinRoom', { user: 'cleo', room: 'garden' });
    await cleo.request('leaveRoom', {});
    await until('cleo has left', () => receiver.told().includes('participant_left garden cleo'));
    await stage.stop();
    const reasons = receiver.received.flatMap(({ event: { event, participant } }) =>
      event === 'participant_left' ? [[participant?.identity, participant?.disconnectReason]] : [],
    );
    // CONNECTION_TIMEOUT, CLIENT_INITIATED, SERVER_SHUTDOWN
    expect(reasons).to.deep.equal([
      ['ben', 14],
      ['cleo', 1],
      ['ana', 3],
    ]);
    expect(receiver.told().at(-1)).to.equal('room_finished garden');
    await ana.close();
    await cleo.close();
  });

  it('are told what programs do over REST, and /metrics counts it', async () => {
    const url = await start();
    const body = JSON.stringify({ name: 'hall' });
    const headers = { ...asAdmin.headers, 'Content-Type': 'application/json' };
    await fetch(`${url}api/v1/rooms`, { method: 'POST', headers, body });
    await fetch(`${url}api/v1/rooms/hall`, { method: 'DELETE', headers: asAdmin.headers });
    await until('both are told', () => receiver.received.length === 2);
    expect(receiver.told()).to.deep.equal(['room_started hall', 'room_finished hall']);
    const counted = async (): Promise<string> => (await fetch(`${url}metrics`, asAdmin)).text();
    await until('both are counted', async () =>
      (await counted()).includes('atrium_webhooks_total{outcome="sent",event="room_finished"} 1'),
    );
    const text = await counted();
    expect(text).to.include('atrium_webhooks_total{outcome="queued",event="room_started"} 1');
    expect(text).to.include('atrium_webhook_queue 0');
    expect(text).to.include('atrium_webhook_seconds_count 2');
    await stage.stop();
  });

  it('hold no call: a receiver that never answers is noticed by nobody', async () => {
    receiver.answer = () => undefined;
    const url = await start({ webhookTimeoutMs: 60_000 });
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    const ben = await RpcClient.connect(url);
    const { value } = await ben.request('joinRoom', { user: 'ben', room: 'garden' });
    expect(value).to.have.length(1);
    await receiver.die();
    await stage.stop();
    await ana.close();
    await ben.close();
  });

  it('are taken over by a running server', async () => {
    const url = await start({ webhookUrls: [] });
    const given = { webhookUrls: [receiver.url], webhookKey: webhookKey.name, keys, adminToken };
    const { taken, kept } = await stage.service.reload(configOf({ port: 0, host: '127.0.0.1', ...given }));
    expect(taken).to.include('WEBHOOK_URLS');
    expect(kept.filter((name) => name.startsWith('WEBHOOK'))).to.deep.equal([]);
    const ana = await RpcClient.connect(url);
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await until('it is told', () => receiver.received.length === 2);
    await ana.close();
    await stage.stop();
  });

  describe('at the start', () => {
    function refusal(given: GivenConfig): string {
      try {
        configOf(given);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    }
    const webhookUrls = ['http://hooks.example/'];

    it('need a key that is known', () => {
      expect(refusal({ webhookUrls, keys })).to.match(/^WEBHOOK_KEY: is empty; .*KEYS has hook/);
      expect(refusal({ webhookUrls, keys, webhookKey: 'other' })).to.match(/^WEBHOOK_KEY: "other" is no key in KEYS/);
      expect(refusal({ webhookUrls, webhookKey: 'hook' })).to.match(/KEYS has none/);
      expect(refusal({ webhookUrls, keys, webhookKey: 'hook' })).to.equal('');
      expect(refusal({})).to.equal('');
    });

    it('are http:// or https:// URLs without a password, each once', () => {
      for (const url of ['ftp://hooks.example/', 'hooks.example', 'http://', 'https://ana:secret@hooks.example/']) {
        expect(refusal({ webhookUrls: [url], keys, webhookKey: 'hook' }), url).to.match(/webhookUrls/);
        expect(refusal({ webhookUrls: [url], keys, webhookKey: 'hook' }), url).to.match(/http:\/\/ or https:\/\//);
      }
      const twice = { webhookUrls: [...webhookUrls, ...webhookUrls], keys, webhookKey: 'hook' };
      expect(refusal(twice)).to.equal('WEBHOOK_URLS: a URL is named twice; name each receiver once');
    });

    it('are told of events that there are', () => {
      const webhookEvents = ['room_opened'] as unknown as 'room_started'[];
      expect(refusal({ webhookEvents })).to.include('room_started');
    });

    it('need the folder of WEBHOOK_DEAD_LETTERS', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'atrium-webhooks-'));
      const check = async (file: string): Promise<unknown> =>
        checkStart(configOf({ port: 0, webhookDeadLetters: file }), {}).catch((error: unknown) => error);
      expect(await check(join(folder, 'none', 'dead')))
        .to.have.property('message')
        .that.includes('WEBHOOK_DEAD_LETTERS');
      expect(await check(join(folder, 'dead'))).to.equal(undefined);
      rmSync(folder, { recursive: true });
    });
  });
});
