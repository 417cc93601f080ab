import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { KurentoSocket } from '../../../../tools/kurento-socket.js';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, as a transport (§1, §2)', () => {
  const stage = new ProtocolStage();

  it('closes sockets of another path with 1002', async () => {
    const socket = new WebSocket(stage.server.url.replace('/kurento', '/kurento/'));
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, reason.toString()]).to.deep.equal([1002, 'Invalid path']);
  });

  it('ignores the query of the path', async () => {
    const socket = await KurentoSocket.open(`${stage.server.url}?access_token=x`);
    expect(await socket.value('ping', { interval: 5000 })).to.equal('pong');
    await socket.close();
  });

  it('takes requests in text and in binary frames and answers in text, keys in order', async () => {
    const request = { id: 'text', jsonrpc: '2.0', method: 'ping', params: {} };
    expect((await stage.client.raw(JSON.stringify(request))).result).to.deep.equal({ value: 'pong' });
    expect((await stage.client.raw(Buffer.from(JSON.stringify({ ...request, id: 'binary' })))).id).to.equal('binary');
    expect(stage.client.frames[0]).to.equal('{"id":"text","jsonrpc":"2.0","result":{"value":"pong"}}');
  });

  it('answers the requests of one socket in their order, slow ones too', async () => {
    const order: string[] = [];
    await Promise.all([
      stage.client
        .request('invoke', {
          object: 'manager_ServerManager',
          operation: 'getUsedCpu',
          operationParams: { interval: 60 },
        })
        .then(() => order.push('slow')),
      stage.client.request('ping', {}).then(() => order.push('quick')),
    ]);
    expect(order).to.deep.equal(['slow', 'quick']);
  });

  it('answers what is no JSON with a parse error and stays', async () => {
    expectError(await stage.client.raw('{"jsonrpc":'), -32700, undefined, 'Parse error.');
    expect(await stage.client.value('ping', {})).to.equal('pong');
  });

  for (const [what, text] of [
    ['a number', '5'],
    ['null', 'null'],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
    ['no version', '{"id":1,"method":"ping"}'],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
    ['no method', '{"jsonrpc":"2.0","id":1}'],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
  ] as const) {
    it(`calls ${what} an invalid request`, async () => {
      await stage.client.create('MediaPipeline').then((object) => stage.client.value('release', { object }));
      const answer = await stage.client.raw(text);
      expectError(answer, -32600, undefined, 'Invalid JSON-RPC request.');
      expect(answer.id).to.equal(null);
    });
  }

  it('carries out notifications, and says that it suppresses the answer', async () => {
    const answer = await stage.client.raw('{"jsonrpc":"2.0","method":"ping","params":{}}');
    expect(answer).to.deep.include({ id: null });
    expect(answer.error).to.deep.equal({
      code: -32000,
      data: { value: 'pong' },
      message: 'Ignoring response because of a notification request',
    });
  });

  it('refuses unknown methods and odd params', async () => {
    expectError(await stage.client.request('fly', {}), -32601, undefined, 'Method not found.');
    expectError(await stage.client.request('create', {}), -32000, undefined, "'type' parameter is required");
    expectError(
      await stage.client.request('invoke', { operation: 'x' }),
      -32000,
      undefined,
      "'object' parameter is required",
    );
    expectError(
      await stage.client.request('create', []),
      -32603,
      undefined,
      /^Unexpected error while processing method/,
    );
  });

  it('wants params from a socket without session', async () => {
    expectError(await stage.client.request('create'), -32602, 'INVALID_PARAMS', "'params' is required");
    await stage.client.request('create', { type: 'Nope' });
    expectError(await stage.client.request('create'), -32000, undefined, "'type' parameter is required");
  });
});
