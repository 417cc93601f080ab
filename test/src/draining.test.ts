import { expect } from 'chai';
import type { GivenConfig } from '../../src/config.js';
import { Asker } from '../rest/asker.js';
import type { Reply } from '../rest/asker.js';
import { TestClient } from '../dialects/easyrtc/test-client.js';
import { ConciergeClient } from '../dialects/concierge/concierge-client.js';
import { freePort } from '../../tools/free-port.js';
import { RecordingLog } from '../support/recording-log.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServerProcess } from '../support/server-process.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';

const adminToken = 'secret-token';
const admin = { Authorization: `Bearer ${adminToken}` };
const json = { ...admin, 'Content-Type': 'application/json' };

describe('A server that is told to end', () => {
  const stages: ServiceStage[] = [];
  const clients: { cut(): void }[] = [];
  let time = 0;
  let drained = 0;

  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    for (const stage of stages.splice(0)) await stage.stop();
  });

  async function start(config: GivenConfig = {}): Promise<ServiceStage> {
    time = 1_000_000;
    drained = 0;
    const log = new RecordingLog();
    const now = (): number => time;
    const drainedNow = (): void => {
      drained += 1;
    };
    const stage = new ServiceStage({ adminToken, drainS: 30, ...config }, { log, now, drained: drainedNow });
    stages.push(stage);
    await stage.start();
    return stage;
  }

  async function connect(stage: ServiceStage): Promise<RpcClient> {
    const client = await RpcClient.connect(stage.service.url);
    clients.push(client);
    return client;
  }

  async function drain(stage: ServiceStage, wish?: object): Promise<Reply> {
    const asker = await Asker.of(stage.service.url);
    const reply = await (wish
      ? asker.ask('api/v1/drain', 'POST', json, JSON.stringify(wish))
      : asker.ask('api/v1/drain', 'POST', admin));
    expect(reply.status, reply.text).to.equal(202);
    return reply;
  }

  const features = ['lifecycle'];

  it('opens no rooms, takes people into those that are there, and ends when the last one leaves', async () => {
    const stage = await start();
    const [ana, ben, old] = [await connect(stage), await connect(stage), await connect(stage)];
    await ana.request('joinRoom', { user: 'ana', room: 'r', features });
    await old.request('joinRoom', { user: 'old', room: 'r' });
    const asker = await Asker.of(stage.service.url);
    const before = await asker.ask('readyz');
    expect([before.status, before.body]).to.deep.equal([200, { ready: true }]);
    expect((await drain(stage)).body).to.deep.equal({ inMs: 30_000, comeBack: true });
    expect(await ana.notified('serverStopping')).to.deep.equal({ inMs: 30_000, comeBack: true });

    const ready = await asker.ask('readyz');
    expect([ready.status, ready.body]).to.deep.equal([503, { ready: false, reasons: ['draining'] }]);
    expect(await ben.refusal('joinRoom', { user: 'ben', room: 'new' })).to.equal(204);
    const refused = await asker.ask('api/v1/rooms', 'POST', json, '{"name":"new"}');
    expect([refused.status, refused.headers['retry-after']]).to.deep.equal([503, '30']);
    expect(refused.body).to.include({ code: 'draining' });
    await ben.request('joinRoom', { user: 'ben', room: 'r' });

    for (const client of [ana, old, ben]) {
      expect(drained, 'people are there').to.equal(0);
      await client.request('leaveRoom');
    }
    await until('the server ends', () => drained === 1);
    expect(old.notifications.map(({ method }) => method)).to.not.include('serverStopping');
  });

  it('ends when the time is over, which clients are told 5 s before, and says 1012 to all that ask for it to come back', async () => {
    const stage = await start();
    const ana = await connect(stage);
    await ana.request('joinRoom', { user: 'ana', room: 'r', features });
    const ada = await ConciergeClient.connect(stage.service.url, 'ws', ['ert-concierge'], {});
    const eve = await TestClient.connect(stage.origin, {});
    clients.push(ada, eve);
    await eve.authenticate({ username: 'eve' });
    await drain(stage, { seconds: 60, reason: 'A new version' });
    expect(await ana.notified('serverStopping')).to.deep.equal({
      ...{ inMs: 60_000, comeBack: true, reason: 'A new version' },
    });
    time += 55_000;
    expect(await ana.notified('serverStopping')).to.include({ inMs: 5_000, reason: 'A new version' });
    expect(drained).to.equal(0);
    time += 5_000;
    await until('the server ends', () => drained === 1);
    const late = await (await Asker.of(stage.service.url)).ask('api/v1/drain', 'DELETE', admin);
    expect(late.status, 'too late').to.equal(409);
    await stage.stop();
    expect(await ana.closed).to.equal(1012);
    expect((await ada.closed).code).to.equal(1012);
    expect((await eve.pushed('error')).msgData).to.include({ errorCode: 'SERVER_SHUTDOWN' });
  });

  it('says 1001 when it will not be back', async () => {
    const stage = await start();
    const ana = await connect(stage);
    await ana.request('joinRoom', { user: 'ana', room: 'r' });
    await drain(stage, { seconds: 0, comeBack: false });
    await until('the server ends', () => drained === 1);
    await stage.stop();
    expect(await ana.closed).to.equal(1001);
  });

  it('goes on when it is told so in time, and can be told to end once more', async () => {
    const stage = await start();
    const ana = await connect(stage);
    await ana.request('joinRoom', { user: 'ana', room: 'r', features });
    await drain(stage);
    const asker = await Asker.of(stage.service.url);
    expect((await asker.ask('api/v1/drain', 'DELETE', admin)).status).to.equal(204);
    expect((await asker.ask('readyz')).status).to.equal(200);
    expect((await asker.ask('api/v1/drain', 'DELETE', admin)).status).to.equal(409);
    const ben = await connect(stage);
    await ben.request('joinRoom', { user: 'ben', room: 'new' });
    await drain(stage, { seconds: 1 });
    time += 1_000;
    await until('the server ends', () => drained === 1);
  });

  it('is told so by administrators alone, and at ADMIN_PORT without a token', async () => {
    const adminPort = await freePort();
    const stage = await start({ adminPort });
    const asker = await Asker.of(stage.service.url);
    expect((await asker.ask('api/v1/drain', 'POST')).status).to.equal(401);
    expect((await asker.ask('api/v1/drain', 'DELETE')).status).to.equal(401);
    expect((await asker.ask('api/v1/drain', 'POST', json, '{"minutes":1}')).status).to.equal(400);
    expect(stage.service.draining.isUnderWay).to.equal(false);
    await (await connect(stage)).request('joinRoom', { user: 'ana', room: 'r' });
    const url = `http://127.0.0.1:${adminPort}/api/v1/`;
    expect((await fetch(`${url}rooms`)).status).to.equal(404);
    expect((await fetch(`${url}drain`, { method: 'POST' })).status).to.equal(202);
    expect((await fetch(`${url}drain`, { method: 'DELETE' })).status).to.equal(204);
  });
});

describe('The process of a server', () => {
  let server: ServerProcess | undefined;
  afterEach(() => server?.end('SIGKILL'));

  it('drains at SIGTERM, and ends at once at the next signal: clients hear that they may come back', async () => {
    // No media server, which would be one process more: nobody publishes.
    const nowhere = `ws://127.0.0.1:${await freePort()}/kurento`;
    server = await ServerProcess.start(0, { DRAIN_S: '300', KMS_URIS: nowhere });
    const client = await RpcClient.connect(server.url);
    await client.request('joinRoom', { user: 'ana', room: 'r', features: ['lifecycle'] });
    server.signal('SIGTERM');
    expect(await client.notified('serverStopping'))
      .to.include({ comeBack: true })
      .and.to.have.property('inMs', 300_000);
    const ready: unknown = await (await fetch(`${server.url}readyz`)).json();
    expect(ready).to.deep.equal({ ready: false, reasons: ['draining', 'no-media'] });
    expect(await server.end('SIGINT')).to.equal(0);
    expect(await client.closed).to.equal(1012);
  });
});
