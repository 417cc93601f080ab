import { expect } from 'chai';
import type { Answer } from '../../../../tools/kurento-socket.js';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, transactions (§3.9)', () => {
  const stage = new ProtocolStage();

  const transact = (operations: unknown[]): Promise<Answer> => stage.client.request('transaction', { operations });
  const create = { jsonrpc: '2.0', id: 0, method: 'create', params: { type: 'MediaPipeline' } };

  it('run in order and may refer to earlier results', async () => {
    const answer = await transact([
      create,
      {
        id: 1,
        method: 'create',
        params: { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: 'newref:0' } },
      },
      { id: 2, method: 'invoke', params: { object: 'newref:1', operation: 'getMinVideoRecvBandwidth' } },
    ]);
    const { value } = answer.result as { value: { id: number; result: { value: unknown } }[] };
    expect(value.map(({ id }) => id)).to.deep.equal([0, 1, 2]);
    expect(value[2]?.result.value).to.equal(100);
  });

  it('end with the first error and keep what was done', async () => {
    const answer = await transact([
      create,
      { id: 1, method: 'create', params: { type: 'Nope', constructorParams: {} } },
      { id: 2, method: 'create', params: { type: 'MediaPipeline' } },
    ]);
    const { value } = answer.result as { value: { error?: { code: number } }[] };
    expect(value.map(({ error }) => error?.code)).to.deep.equal([undefined, 40108]);
    expect(stage.server.media.objects.size).to.equal(1);
  });

  it('are refused when their ids or references do not fit', async () => {
    expect((await transact([])).result).to.deep.include({ value: [] });
    expectError(await stage.client.request('transaction', {}), -32000, undefined, "'operations' parameter is required");
    expectError(
      await transact([{ ...create, id: 5 }]),
      40008,
      'MALFORMED_TRANSACTION',
      "Id of request '0' should be '0'",
    );
    const lost = { id: 0, method: 'release', params: { object: 'newref:5' } };
    expectError(await transact([lost]), 40008, 'MALFORMED_TRANSACTION', 'Result not found on request 5');
  });
});
