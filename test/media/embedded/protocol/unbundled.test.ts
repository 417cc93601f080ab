import { expect } from 'chai';
import { browserOffer } from '../offers.js';
import { endpointLimit, expectError, ProtocolStage } from './protocol-stage.js';

const candidate = (port: number): string => `candidate:1 1 UDP 1 192.0.2.1 ${port} typ host`;

const nameOf = ({ connectionId }: Record<string, unknown>): string =>
  typeof connectionId === 'string' ? connectionId : 'ice';

describe('the Kurento protocol of the embedded engine, an offer without BUNDLE', () => {
  const stage = new ProtocolStage();
  const offer = browserOffer({ bundle: [] });

  it('is told the candidates of each transport for its own section, and once that these are all', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone');
    await stage.client.invoke(endpoint, 'processOffer', { offer });
    const [sound, picture] = stage.server.transports.all;
    sound?.listener.candidateFound(candidate(1));
    await stage.client.invoke(endpoint, 'gatherCandidates');
    sound?.listener.gathered();
    picture?.listener.candidateFound(candidate(2));
    picture?.listener.gathered();
    await stage.client.event('IceGatheringDone', endpoint);
    const told = stage.client.events.map(({ type, data }) => (type === 'IceCandidateFound' ? data.candidate : type));
    expect(told).to.deep.equal([
      { candidate: candidate(1), sdpMid: '0', sdpMLineIndex: 0, __module__: 'kurento', __type__: 'IceCandidate' },
      { candidate: candidate(2), sdpMid: '1', sdpMLineIndex: 1, __module__: 'kurento', __type__: 'IceCandidate' },
      'IceGatheringDone',
    ]);
    const local = String(await stage.client.invoke(endpoint, 'getLocalSessionDescriptor'));
    const [, ...sections] = local.split(/^m=/m);
    expect(sections.map((section) => /^a=candidate:.* (\d) typ/m.exec(section)?.[1])).to.deep.equal(['1', '2']);
  });

  it('gives candidates to the transport of their section', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const add = (port: number, sdpMid: string, sdpMLineIndex: number) =>
      stage.client.invoke(endpoint, 'addIceCandidate', {
        candidate: { candidate: candidate(port), sdpMid, sdpMLineIndex },
      });
    await add(1, '1', 1);
    await stage.client.invoke(endpoint, 'processOffer', { offer });
    await add(2, '0', 0);
    await add(3, '', 1);
    expect(stage.server.transports.all.map(({ remoteCandidates }) => remoteCandidates)).to.deep.equal([
      [candidate(2)],
      [candidate(1), candidate(3)],
    ]);
  });

  it('is told the states of each transport, and that of all', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const types = ['IceComponentStateChanged', 'DtlsConnectionStateChange', 'ConnectionStateChanged'];
    await stage.client.subscribe(endpoint, ...types);
    await stage.client.invoke(endpoint, 'processOffer', { offer });
    for (const transport of stage.server.transports.all)
      for (const state of ['checking', 'reachable', 'connected'] as const) transport.become(state);
    const ready = await stage.client.invoke(endpoint, 'getIceConnectionState');
    expect(ready).to.deep.equal(
      ['1', '2'].map((streamId) => ({
        streamId,
        componentId: 1,
        state: 'READY',
        __module__: 'kurento',
        __type__: 'IceConnection',
      })),
    );
    const names = stage.client.events.map(({ type, data }) =>
      type === 'ConnectionStateChanged'
        ? `all ${String(data.newState)}`
        : `${String(data.streamId)} ${nameOf(data)} ${String(data.state)}`,
    );
    expect([...new Set(names)]).to.deep.equal([
      '1 ice CONNECTING',
      '1 ice CONNECTED',
      '1 ice READY',
      '1 audio CONNECTING',
      '1 audio CONNECTED',
      '2 ice CONNECTING',
      '2 ice CONNECTED',
      '2 ice READY',
      '2 video CONNECTING',
      'all CONNECTED',
      '2 video CONNECTED',
    ]);
  });

  it('is refused when there is no place for its transports, and a bundled one is taken then', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint();
    for (let count = 1; count < endpointLimit; count++)
      await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    expectError(await stage.invoke(endpoint, 'processOffer', { offer }), 40009, 'NOT_ENOUGH_RESOURCES');
    expect(await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() })).to.match(/^v=0/);
  });
});
