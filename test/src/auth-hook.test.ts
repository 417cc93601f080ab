import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { RoomError } from '../../rooms/index.js';
import { ServiceStage } from '../support/service-stage.js';
import { RpcClient } from '../support/rpc-client.js';
import { until } from '../support/until.js';

describe('AUTH_HOOK_URL', () => {
  let service: Server;
  let stage: ServiceStage;
  let url = '';
  let waiting: ServerResponse[] = [];

  beforeEach(async () => {
    waiting = [];
    service = createServer((_request, response) => void waiting.push(response));
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const authHookUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
    const keys = { hook: 'x'.repeat(32) };
    stage = new ServiceStage(
      { authHookUrl, authHookKey: 'hook', authHookActions: ['join'], keys, kurentoRoom: { sessionGraceMs: 1 } },
      {
        authorize: ({ id }) => {
          if (id === 'eve') throw new RoomError('not-allowed', 'Not you');
          return undefined;
        },
      },
    );
    url = await stage.start();
  });
  afterEach(async () => {
    await stage.stop();
    service.close();
    service.closeAllConnections();
  });

  async function answer(content: object): Promise<void> {
    await until('the service is asked', () => waiting.length > 0);
    waiting.pop()?.end(JSON.stringify(content));
  }

  it('decides who joins, in the words of the protocol', async () => {
    const ana = await RpcClient.connect(url);
    const joins = ana.request('joinRoom', { user: 'ana', room: 'garden' });
    await answer({ allow: true });
    await joins;
    const ben = await RpcClient.connect(url);
    const refused = ben.call('joinRoom', { user: 'ben', room: 'garden' });
    await answer({ allow: false, reason: 'Not before nine' });
    expect((await refused).error).to.deep.include({ code: 401, message: 'Not before nine' });
    expect(stage.rooms.find('garden')?.size).to.equal(1);
  });

  it('is not asked about a client that the program has refused', async () => {
    const eve = await RpcClient.connect(url);
    const { error } = await eve.call('joinRoom', { user: 'eve', room: 'garden' });
    expect(error).to.include({ code: 401, message: 'Not you' });
    expect(waiting).to.deep.equal([]);
  });

  it('leaves nothing behind when it answers after the client has gone', async () => {
    const ana = await RpcClient.connect(url);
    ana.request('joinRoom', { user: 'ana', room: 'garden' }).catch(() => undefined);
    await until('the service is asked', () => waiting.length > 0);
    await ana.close();
    await until('the server has noticed', () => stage.service.dialects[0]?.state.connections === 0);
    await answer({ allow: true });
    const ben = await RpcClient.connect(url);
    const joins = ben.request('joinRoom', { user: 'ben', room: 'garden' });
    await answer({ allow: true });
    await joins;
    await until('nobody else is there', () => stage.rooms.find('garden')?.size === 1);
  });
});
