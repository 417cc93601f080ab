import { expect } from 'chai';
import type { KurentoEngine } from '../../../media/kurento/engine.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { ScriptedRoom } from './scripted-room.js';
import { resume } from './scripted-server.js';

const knownCandidate = 'candidate:1 1 UDP 2015364095 192.0.2.10 65110 typ host';

function found(candidate: unknown): object {
  return { candidate, source: 'x', tags: [], timestampMillis: '1', type: 'IceCandidateFound' };
}

/** Against a scripted server: a healthy one sends no nonsense, and its errors cannot be ordered. */
describe('kurento engine › events', () => {
  let room: ScriptedRoom;
  let engine: KurentoEngine;

  beforeEach(async () => {
    room = new ScriptedRoom();
    engine = await room.connect();
  });

  afterEach(async () => {
    await room.close();
  });

  it('a candidate is told, without the marks of the protocol', async () => {
    const { endpointId, endpointEvents } = await room.endpoint(engine);
    const candidate = {
      __module__: 'kurento',
      __type__: 'IceCandidate',
      candidate: knownCandidate,
      sdpMid: 'a',
      sdpMLineIndex: 0,
    };
    room.server.event(endpointId, 'IceCandidateFound', found(candidate));
    await until('it is told', () => endpointEvents.candidates.length > 0);
    expect(endpointEvents.candidates).to.deep.equal([{ candidate: knownCandidate, sdpMid: 'a', sdpMLineIndex: 0 }]);
  });

  it('errors are told to whom they concern', async () => {
    const { pipelineId, pipelineEvents, endpointId, endpointEvents } = await room.endpoint(engine);
    room.server.event(pipelineId, 'Error', { description: 'of the pipeline', errorCode: 1, type: 'SCRIPTED' });
    room.server.event(endpointId, 'Error', { description: 'of the endpoint', errorCode: 2, type: 'SCRIPTED' });
    await until('both are told', () => pipelineEvents.failures.length + endpointEvents.failures.length === 2);
    expect(pipelineEvents.failures[0]?.message).to.equal('of the pipeline (1 SCRIPTED)');
    expect(endpointEvents.failures[0]?.message).to.equal('of the endpoint (2 SCRIPTED)');
    expect(endpointEvents.failures[0]?.code).to.equal('engine-error');
  });

  it('nonsense is left out, and the connection lives on', async () => {
    const { endpoint, endpointId, endpointEvents, pipelineEvents } = await room.endpoint(engine);
    for (const text of [
      '',
      'nonsense',
      'null',
      '[]',
      '7',
      '{}',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"2.0","id":99999,"result":{}}',
    ])
      room.server.send(text);
    for (const params of ['{}', '{"value":null}', '{"value":{}}', '{"value":{"object":"nobody","type":"Error"}}'])
      room.server.send(`{"jsonrpc":"2.0","method":"onEvent","params":${params}}`);
    room.server.send('{"jsonrpc":"2.0","method":"onEvent"}');
    room.server.send('{"jsonrpc":"2.0","id":1,"method":"invoke","params":{"value":{}}}');
    for (const data of [undefined, null, 7, {}, found(null), found({ candidate: '', sdpMid: 'a', sdpMLineIndex: 0 })])
      room.server.event(endpointId, 'IceCandidateFound', data);
    room.server.event(
      endpointId,
      'IceCandidateFound',
      found({ candidate: knownCandidate, sdpMid: null, sdpMLineIndex: 0 }),
    );
    for (const type of ['error', 'Error', 'Nope']) room.server.event(endpointId, type, null);
    await endpoint.connect(endpoint);
    expect(endpointEvents.candidates).to.be.empty;
    expect(endpointEvents.failures).to.be.empty;
    expect(pipelineEvents.failures).to.be.empty;
    expect(room.server.received(resume)).to.be.empty;
  });

  it('an answer without a result fails the call, and the next one is answered', async () => {
    const { endpoint } = await room.endpoint(engine);
    room.server.on('processOffer', ({ id }, _answer, socket) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: null }));
    });
    expect(await codeOf(endpoint.answer('v=0'))).to.equal('engine-error');
    await endpoint.connect(endpoint);
  });

  it('a released endpoint hears nothing more', async () => {
    const { endpoint, endpointId, endpointEvents, pipeline } = await room.endpoint(engine);
    room.server.on('release', () => undefined);
    endpoint.release();
    room.server.event(endpointId, 'Error', { description: 'too late', errorCode: 1, type: 'SCRIPTED' });
    await until('the release has arrived', () => room.server.received('release').length === 1);
    pipeline.release();
    expect(endpointEvents.failures).to.be.empty;
  });

  it('what a listener throws ends in the log', async () => {
    const pipeline = await engine.openPipeline({
      failed: () => {
        throw new Error('as scripted');
      },
      mediaLost: () => undefined,
    });
    room.server.event(room.newest(), 'Error', { description: 'of the pipeline', errorCode: 1, type: 'SCRIPTED' });
    await until('it is logged', () => room.log.has('error', 'a listener of the media engine threw'));
    pipeline.release();
  });
});
