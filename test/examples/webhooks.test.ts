import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { webhookKey } from '../support/webhook-receiver.js';
import { ExampleProcess, fileOf } from './example.js';

describe('The receiver of webhooks in docs/webhooks.md', () => {
  it('prints what happens in the rooms of a server, and takes nothing from others', async () => {
    const env = { HOOK_KEY: webhookKey.name, HOOK_SECRET: webhookKey.secret, PORT: '0' };
    const example = new ExampleProcess(env, 'webhooks/receiver.mjs');
    await until('it listens', () => example.told.includes('listens at'));
    const url = `http://127.0.0.1:${/listens at (\d+)/.exec(example.told)?.[1] ?? ''}/`;
    const forged = await fetch(url, { method: 'POST', body: '{"event":"room_started","id":"EV_forged"}' });
    expect(forged.status).to.equal(401);

    const keys = { [webhookKey.name]: webhookKey.secret };
    const stage = new ServiceStage({ webhookUrls: [url], webhookKey: webhookKey.name, keys });
    const ana = await RpcClient.connect(await stage.start());
    await ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await ana.request('leaveRoom', {});
    await stage.stop();
    expect(example.told.split('\n').slice(1)).to.deep.equal([
      ...['room_started garden ', 'participant_joined garden ana'],
      ...['participant_left garden ana', 'room_finished garden ', ''],
    ]);
    await ana.close();
    await example.end();
  });

  it('is the one that is shown there', () => {
    const page = readFileSync(fileOf('../docs/webhooks.md'), 'utf8');
    expect(page).to.include(readFileSync(fileOf('webhooks/receiver.mjs'), 'utf8'));
  });
});
