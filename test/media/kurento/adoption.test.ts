import { expect } from 'chai';
import { recordOf } from '../../../media/media-record.js';
import type { MediaRecord } from '../../../media/port.js';
import { EndpointEvents, PipelineEvents } from '../../support/media-listeners.js';
import { codeOf } from '../../support/rejection.js';
import { until } from '../../support/until.js';
import { loadOf, ScriptedRoom } from './scripted-room.js';
import { error, resume } from './scripted-server.js';
import type { Request } from './scripted-server.js';

/** Hears of its connection too. */
class WatchingEvents extends EndpointEvents {
  readonly connections: boolean[] = [];
  readonly failedWith: (readonly string[])[] = [];

  connectionChanged(connected: boolean): void {
    this.connections.push(connected);
  }

  connectionFailed({ own }: { readonly own: readonly string[] }): void {
    this.failedWith.push(own);
  }
}

const candidates = ['candidate:1 1 UDP 1 127.0.0.1 4001 typ host', 'candidate:2 1 UDP 1 127.0.0.1 4002 typ host'];

/** With the first of the candidates, in the section that is served. */
const localSdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0'],
  ...['m=audio 4001 UDP/TLS/RTP/SAVPF 111', 'a=mid:a', `a=${candidates[0] ?? ''}`],
  ...['m=video 0 UDP/TLS/RTP/SAVPF 96', 'a=mid:v', `a=${candidates[0] ?? ''}`, ''],
].join('\r\n');

/**
 * Against a scripted server: when the connection goes, what state an endpoint is in, and how the media server refuses, is up to the
 * test. Adoption itself is tested with real media servers (adoption.suite.ts).
 */
describe('kurento engine › adoption', () => {
  let room: ScriptedRoom;
  let ids: { readonly pipeline: string; readonly endpoint: string };

  beforeEach(async () => {
    room = new ScriptedRoom();
    await room.server.start();
    room.server.execute('create', { type: 'MediaPipeline' });
    const pipeline = room.newest();
    room.server.execute('create', { type: 'WebRtcEndpoint', constructorParams: { mediaPipeline: pipeline } });
    ids = { pipeline, endpoint: room.newest() };
  });

  afterEach(async () => {
    await room.close();
  });

  const pipelineRecord = (): MediaRecord => recordOf({ is: 'pipeline', url: room.server.url, id: ids.pipeline });
  const endpointRecord = (facts: { readonly mids?: string[]; readonly connected?: boolean } = {}): MediaRecord =>
    recordOf({ is: 'endpoint', id: ids.endpoint, ...facts });

  /** Of the former process, as the media server tells it: the value of an operation. */
  function say(operation: string, value: unknown): void {
    room.server.on(operation, ({ id, params }, _answer, socket) => {
      const result = { sessionId: params.sessionId, value };
      socket.send(JSON.stringify({ id, jsonrpc: '2.0', result }));
    });
  }

  const subscriptions = (object: string): (string | undefined)[] =>
    room.server
      .received('subscribe')
      .filter(({ params }: Request) => params.object === object)
      .map(({ params }) => params.type);

  it('tells what happened while nobody listened, each candidate once', async () => {
    say('getLocalSessionDescriptor', localSdp);
    room.server.on('gatherCandidates', (_request, answer) => {
      for (const candidate of candidates) {
        room.server.event(ids.endpoint, 'IceCandidateFound', {
          candidate: { candidate, sdpMid: 'a', sdpMLineIndex: 0 },
        });
      }
      answer();
    });
    const engine = room.engine();
    await engine.connect();
    const events = new EndpointEvents();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    const endpoint = pipeline.adopt(endpointRecord({ mids: ['a', 'v'] }), events);
    await pipeline.finishAdoption();
    expect(events.candidates).to.deep.equal(
      candidates.map((candidate) => ({ candidate, sdpMid: 'a', sdpMLineIndex: 0 })),
    );
    expect(subscriptions(ids.endpoint)).to.have.members(['IceCandidateFound', 'Error']);
    expect(subscriptions(ids.pipeline)).to.deep.equal(['Error']);
    room.server.event(ids.endpoint, 'Error', { description: 'x', errorCode: 1, type: 'SCRIPTED' });
    await until('an error is told', () => events.failures.length === 1);
    endpoint.addCandidate({ candidate: candidates[0] ?? '', sdpMid: '', sdpMLineIndex: 1 });
    await until('a remote candidate arrives', () => room.server.received('addIceCandidate').length === 1);
    const [sent] = room.server.received('addIceCandidate');
    expect(sent?.params.operationParams?.candidate).to.include({ sdpMid: 'v', sdpMLineIndex: 1 });
    expect(room.server.received('getPipelines'), 'a KMS would keep all of them').to.be.empty;
  });

  it('asks nothing more of an endpoint that is connected', async () => {
    say('getConnectionState', 'CONNECTED');
    const engine = await connected();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    pipeline.adopt(endpointRecord({ mids: ['a'] }), new EndpointEvents());
    await pipeline.finishAdoption();
    expect(subscriptions(ids.endpoint)).to.deep.equal(['Error']);
    expect(room.server.received('gatherCandidates')).to.be.empty;
  });

  for (const [before, now, told] of [
    [undefined, 'CONNECTED', [true]],
    [true, 'CONNECTED', []],
    [true, 'DISCONNECTED', [false]],
    [undefined, 'DISCONNECTED', []],
  ] as const) {
    it(`a connection that was told as ${String(before)} and is ${now}: ${told.length ? 'the change is told' : 'nothing is told'}`, async () => {
      say('getConnectionState', now);
      const engine = await connected();
      const events = new WatchingEvents();
      const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
      const facts = { mids: ['a'], ...(before !== undefined && { connected: before }) };
      const endpoint = pipeline.adopt(endpointRecord(facts), events);
      await pipeline.finishAdoption();
      expect(events.connections).to.deep.equal(told);
      room.server.event(ids.endpoint, 'ConnectionStateChanged', { newState: 'CONNECTED' });
      await until('the next change is told', () => events.connections.at(-1) === true);
      expect(subscriptions(ids.endpoint)).to.include.members(['ConnectionStateChanged', 'IceComponentStateChanged']);
      await until('the record says it', () => endpoint.record === endpointRecord({ mids: ['a'], connected: true }));
    });
  }

  it('a connection that has failed meanwhile is told, with what was tried', async () => {
    say('getLocalSessionDescriptor', localSdp);
    say('getIceConnectionState', [{ state: 'FAILED' }, { state: 'FAILED' }]);
    const engine = await connected();
    const events = new WatchingEvents();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    pipeline.adopt(endpointRecord({ mids: ['a'] }), events);
    await pipeline.finishAdoption();
    expect(events.failedWith).to.deep.equal([[candidates[0]]]);
  });

  it('what a connection that is lost has interrupted is done when it is back, and events come once', async () => {
    const engine = await connected();
    const events = new EndpointEvents();
    let cuts = 0;
    room.server.on('gatherCandidates', (_request, answer, socket) => {
      cuts += 1;
      if (cuts === 1) socket.terminate();
      else answer();
    });
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    pipeline.adopt(endpointRecord({ mids: ['a'] }), events);
    await pipeline.finishAdoption();
    expect([cuts, room.server.received(resume).length]).to.deep.equal([2, 1]);
    const [candidate] = candidates;
    const found = { candidate, sdpMid: 'a', sdpMLineIndex: 0 };
    room.server.event(ids.endpoint, 'IceCandidateFound', { candidate: found });
    room.server.event(ids.endpoint, 'Error', { description: 'x', errorCode: 1, type: 'SCRIPTED' });
    await until('the events arrive', () => events.failures.length > 0);
    expect([events.candidates.length, events.failures.length]).to.deep.equal([1, 1]);
  });

  it('what the media server refuses for another reason is a failure, and the endpoint goes on', async () => {
    room.server.on('gatherCandidates', ({ id }, _answer, socket) => {
      const refused = error(40400, 'ICE_GATHER_CANDIDATES_ERROR', 'no');
      socket.send(JSON.stringify({ id, jsonrpc: '2.0', ...refused }));
    });
    const engine = await connected();
    const events = new EndpointEvents();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    const endpoint = pipeline.adopt(endpointRecord({ mids: ['a'] }), events);
    await pipeline.finishAdoption();
    expect([events.failures.length, events.losses.length]).to.deep.equal([1, 0]);
    await endpoint.connect(endpoint);
  });

  it('before the media server answers, calls wait, and everything is done when it does', async () => {
    const { port } = room.server;
    await room.server.stop();
    const engine = room.engine();
    const connecting = engine.connect();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    const endpoint = pipeline.adopt(endpointRecord(), new EndpointEvents());
    const made = pipeline.createEndpoint({}, new EndpointEvents());
    room.server.port = port;
    await room.server.start();
    await connecting;
    await endpoint.connect(await made);
    await pipeline.finishAdoption();
    expect(loadOf(engine.load)).to.deep.equal({ pipelines: 1, endpoints: 2 });
    expect(room.server.objects.size).to.equal(3);
  });

  it('when what answers at first is no media server, it is done once one does', async () => {
    room.server.on('getInfo', ({ id }, _answer, socket) => {
      room.server.off('getInfo');
      socket.send(JSON.stringify({ id, jsonrpc: '2.0', result: { value: 'no media server' } }));
    });
    const engine = room.engine();
    const connecting = engine.connect();
    const events = new EndpointEvents();
    const pipeline = engine.adopt(pipelineRecord(), new PipelineEvents());
    const endpoint = pipeline.adopt(endpointRecord(), events);
    await connecting;
    await pipeline.finishAdoption();
    await endpoint.connect(endpoint);
    expect(events.losses).to.be.empty;
  });

  it('when the media server is not there in time, the loss is told, and what it has is released when it is back', async () => {
    await room.server.stop();
    const engine = room.engine({ lostAfterMs: 100 });
    const connecting = codeOf(engine.connect());
    const events = new PipelineEvents();
    const pipeline = engine.adopt(pipelineRecord(), events);
    const endpoint = pipeline.adopt(endpointRecord(), new EndpointEvents());
    expect(await connecting).to.equal('unavailable');
    expect(events.losses.map(({ code }) => code)).to.deep.equal(['unavailable']);
    expect(await codeOf(endpoint.connect(endpoint))).to.equal('object-gone');
    await pipeline.finishAdoption();
    await room.server.start();
    await until('it is released', () => room.server.objects.size === 0);
    expect(events.losses).to.have.lengthOf(1);
  });

  it('an engine that has not begun, or was closed, loses it', async () => {
    const engine = room.engine();
    for (const attempt of ['not connected', 'closed']) {
      const events = new PipelineEvents();
      engine.adopt(pipelineRecord(), events);
      await until(`the loss is told: ${attempt}`, () => events.losses.length === 1);
      await engine.close();
    }
  });

  it('what is let go is not heard of any more, and can be adopted again by the same engine', async () => {
    const engine = await connected();
    const { pipeline, pipelineEvents, endpoint, endpointEvents, endpointId, pipelineId } = await room.endpoint(engine);
    pipeline.letGo();
    await until('its events are not wanted', () => room.server.received('unsubscribe').length === 3);
    expect(room.server.received('release')).to.be.empty;
    room.server.event(endpointId, 'Error', { description: 'x', errorCode: 1, type: 'SCRIPTED' });
    const events = new EndpointEvents();
    const again = engine.adopt(pipeline.record, new PipelineEvents());
    again.adopt(endpoint.record, events);
    await again.finishAdoption();
    room.server.event(endpointId, 'Error', { description: 'y', errorCode: 1, type: 'SCRIPTED' });
    await until('the new one hears it', () => events.failures.length === 1);
    room.server.releasedByAnother(pipelineId);
    await until('nothing is left', () => engine.load.pipelines === 0);
    expect([endpointEvents.failures, endpointEvents.losses, pipelineEvents.losses]).to.deep.equal([[], [], []]);
  });

  it('a closed engine leaves what it has let go, and releases the rest', async () => {
    const engine = await connected();
    const kept = engine.adopt(pipelineRecord(), new PipelineEvents());
    await kept.finishAdoption();
    await room.endpoint(engine);
    kept.letGo();
    await engine.close();
    expect([...room.server.objects]).to.deep.equal([ids.pipeline]);
  });

  async function connected() {
    const engine = room.engine();
    await engine.connect();
    return engine;
  }
});
