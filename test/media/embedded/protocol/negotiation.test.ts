import { expect } from 'chai';
import { z } from 'zod';
import { rtp } from '../../../support/rtp.js';
import { browserOffer, h264, vp8 } from '../offers.js';
import { expectError, ProtocolStage } from './protocol-stage.js';

describe('the Kurento protocol of the embedded engine, negotiating (§7.2)', () => {
  const stage = new ProtocolStage();

  it('answers an offer once', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(endpoint, 'getLocalSessionDescriptor'),
      40202,
      'SDP_END_POINT_NO_LOCAL_SDP_ERROR',
      'No local SDP',
    );
    expectError(
      await stage.invoke(endpoint, 'getRemoteSessionDescriptor'),
      40203,
      'SDP_END_POINT_NO_REMOTE_SDP_ERROR',
      'No remote SDP',
    );
    await stage.client.subscribe(endpoint, 'MediaSessionStarted');
    const offer = browserOffer();
    const answer = z.string().parse(await stage.client.invoke(endpoint, 'processOffer', { offer }));
    expect(answer)
      .to.match(/^v=0\r\n/)
      .and.not.contain('a=candidate');
    await stage.client.event('MediaSessionStarted', endpoint);
    expectError(
      await stage.invoke(endpoint, 'processOffer', { offer }),
      40208,
      'SDP_END_POINT_ALREADY_NEGOTIATED',
      'Endpoint already negotiated',
    );
    expect(await stage.client.invoke(endpoint, 'getLocalSessionDescriptor')).to.equal(answer);
    expect(await stage.client.invoke(endpoint, 'getRemoteSessionDescriptor')).to.equal(offer);
  });

  it('refuses offers that are none, and can still take a good one', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(endpoint, 'processOffer', { offer: '' }),
      40201,
      'SDP_PARSE_ERROR',
      'Empty offer not valid',
    );
    expectError(
      await stage.invoke(endpoint, 'processOffer', { offer: 'garbage' }),
      40201,
      'SDP_PARSE_ERROR',
      'Invalid SDP',
    );
    const plain = browserOffer().replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP');
    expectError(
      await stage.invoke(endpoint, 'processOffer', { offer: plain }),
      40205,
      'SDP_END_POINT_PROCESS_OFFER_ERROR',
    );
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
  });

  it('says what it cannot do', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(endpoint, 'createDataChannel'),
      40111,
      'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED',
      'Data channels are not supported',
    );
    expectError(await stage.invoke(endpoint, 'requestKeyframe'), 40111, 'MEDIA_OBJECT_OPERATION_NOT_SUPPORTED');
  });

  it('tells candidates when it is asked for them, once for each section that is served', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(endpoint, 'IceCandidateFound', 'IceGatheringDone', 'IceComponentStateChanged');
    await stage.client.invoke(endpoint, 'gatherCandidates');
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer({ application: true }) });
    const listener = stage.server.transports.all[0]?.listener;
    listener?.candidateFound('candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    listener?.gathered();
    await stage.client.event('IceGatheringDone', endpoint);
    await stage.client.invoke(endpoint, 'gatherCandidates');
    expect(stage.client.events.map(({ type, data }) => [type, data.candidate ?? data.state])).to.deep.equal([
      ['IceComponentStateChanged', 'GATHERING'],
      ...['0', '1'].map((sdpMid, sdpMLineIndex) => [
        'IceCandidateFound',
        {
          __module__: 'kurento',
          __type__: 'IceCandidate',
          candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host',
          sdpMid,
          sdpMLineIndex,
        },
      ]),
      ['IceGatheringDone', undefined],
    ]);
  });

  it('takes candidates before the offer, and text that is none', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    for (const candidate of ['candidate:1 1 UDP 1 192.0.2.1 9 typ host', 'nonsense', '']) {
      await stage.client.invoke(endpoint, 'addIceCandidate', {
        candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 },
      });
    }
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    expect(stage.server.transports.all[0]?.remoteCandidates[0]).to.equal('candidate:1 1 UDP 1 192.0.2.1 9 typ host');
  });

  it('refuses a candidate for a section that is not there, once the sections are known', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    const add = (sdpMid: string, sdpMLineIndex: number) =>
      stage.invoke(endpoint, 'addIceCandidate', {
        candidate: { candidate: 'candidate:1 1 UDP 1 192.0.2.1 9 typ host', sdpMid, sdpMLineIndex },
      });
    expect((await add('7', 7)).error, 'before the offer').to.equal(undefined);
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    expect((await add('0', 0)).error).to.equal(undefined);
    for (const [mid, index] of [
      ['0', 7],
      ['0', -1],
      ['nobody', 0],
    ] as const) {
      expectError(await add(mid, index), 40401, 'ICE_ADD_CANDIDATE_ERROR');
    }
  });

  it('refuses an answer before the offer in the words of a Kurento Media Server', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expectError(
      await stage.invoke(endpoint, 'processAnswer', { answer: browserOffer() }),
      40209,
      'SDP_END_POINT_NOT_OFFER_GENERATED',
      'Offer not generated. It is not possible to process an answer.',
    );
  });

  it('tells how the connection comes and goes', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(
      endpoint,
      'IceComponentStateChanged',
      'ConnectionStateChanged',
      'DtlsConnectionStateChange',
      'MediaStateChanged',
    );
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    const transport = stage.server.transports.all[0];
    for (const state of ['checking', 'reachable', 'connected'] as const) transport?.become(state);
    transport?.listener.rtcp(Buffer.alloc(8));
    expect(await stage.client.invoke(endpoint, 'getConnectionState')).to.equal('CONNECTED');
    expect(await stage.client.invoke(endpoint, 'getMediaState')).to.equal('CONNECTED');
    expect(stage.client.events.map(({ type, data }) => `${type} ${String(data.state ?? data.newState)}`)).to.deep.equal(
      [
        'IceComponentStateChanged CONNECTING',
        'IceComponentStateChanged CONNECTED',
        'IceComponentStateChanged READY',
        'DtlsConnectionStateChange CONNECTING',
        'DtlsConnectionStateChange CONNECTING',
        'ConnectionStateChanged CONNECTED',
        'DtlsConnectionStateChange CONNECTED',
        'DtlsConnectionStateChange CONNECTED',
        'MediaStateChanged CONNECTED',
      ],
    );
    stage.client.events.length = 0;
    transport?.become('failed');
    stage.server.now += 25_000;
    stage.server.pulse.beat();
    await stage.client.until(() => stage.client.events.length === 3);
    expect(stage.client.events.map(({ type, data }) => `${type} ${String(data.state ?? data.newState)}`)).to.deep.equal(
      ['IceComponentStateChanged FAILED', 'ConnectionStateChanged DISCONNECTED', 'MediaStateChanged DISCONNECTED'],
    );
  });

  it('reports statistics by section', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    expect(await stage.client.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' })).to.equal(null);
    await stage.client.invoke(endpoint, 'processOffer', { offer: browserOffer() });
    const stats = (await stage.client.invoke(endpoint, 'getStats')) as Record<
      string,
      { type: string; timestampMillis: unknown }
    >;
    expect(stats[endpoint]?.type).to.equal('endpoint');
    expect(
      Object.values(stats)
        .map(({ type }) => type)
        .sort(),
    ).to.deep.equal(['endpoint', 'inboundrtp', 'inboundrtp', 'outboundrtp', 'outboundrtp']);
    for (const entry of Object.values(stats)) expect(entry.timestampMillis).to.be.a('number');
    // Pages of KMS 6 calculate with them.
    for (const name of ['inputAudioLatency', 'inputVideoLatency', 'audioE2ELatency', 'videoE2ELatency']) {
      expect(stats[endpoint], name).to.have.property(name, 0);
    }
    const video = (await stage.client.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' })) as object;
    expect(Object.keys(video).length).to.equal(3);
  });
});

describe('the Kurento protocol of the embedded engine, generating offers (§7.2)', () => {
  const stage = new ProtocolStage();

  const offerOf = async (endpoint: string, options?: Record<string, unknown>): Promise<string> =>
    z.string().parse(await stage.client.invoke(endpoint, 'generateOffer', { options }));
  const lines = (sdp: string, start: string): string[] => sdp.split('\r\n').filter((line) => line.startsWith(start));

  it('offers audio and video, and to receive it as far as the limits go', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.invoke(endpoint, 'setMaxVideoRecvBandwidth', { maxVideoRecvBandwidth: 700 });
    const offer = await offerOf(endpoint);
    expect(lines(offer, 'a=group:')).to.deep.equal(['a=group:BUNDLE audio0 video0']);
    expect(lines(offer, 'a=sendrecv')).to.have.lengthOf(2);
    expect(lines(offer, 'a=setup:')).to.deep.equal(['a=setup:actpass', 'a=setup:actpass']);
    expect(lines(offer, 'b=')).to.deep.equal(['b=AS:700']);
    expect(offer).not.to.contain('a=candidate');
  });

  it('offers what the endpoint was made for, and leaves out what is not wanted', async () => {
    const { pipeline, endpoint } = await stage.pipelineWithEndpoint({ recvonly: true });
    const offer = await offerOf(endpoint, { offerToReceiveAudio: false });
    expect(lines(offer, 'm=').map((line) => line.split(' ')[0])).to.deep.equal(['m=video']);
    expect(lines(offer, 'a=recvonly')).to.have.lengthOf(1);
    expect(lines(offer, 'a=ssrc')).to.deep.equal([]);
    const none = await stage.client.create('WebRtcEndpoint', { mediaPipeline: pipeline });
    const nothing = await stage.invoke(none, 'generateOffer', {
      options: { offerToReceiveAudio: false, offerToReceiveVideo: false },
    });
    expectError(nothing, 40204, 'SDP_END_POINT_GENERATE_OFFER_ERROR');
    expect(await offerOf(none), 'after that').to.match(/^v=0/);
  });

  it('takes one answer that fits, and gives the offer back', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await stage.client.subscribe(endpoint, 'MediaSessionStarted');
    const offer = await offerOf(endpoint);
    const answer = browserOffer({ setup: 'active', direction: 'sendonly' });
    const swapped = answer.replace(/^m=audio/m, 'm=video');
    expectError(
      await stage.invoke(endpoint, 'processAnswer', { answer: swapped }),
      40206,
      'SDP_END_POINT_PROCESS_ANSWER_ERROR',
    );
    expectError(await stage.invoke(endpoint, 'processAnswer', { answer: 'garbage' }), 40201, 'SDP_PARSE_ERROR');
    expect(await stage.client.invoke(endpoint, 'processAnswer', { answer })).to.equal(offer);
    await stage.client.event('MediaSessionStarted', endpoint);
    expect(await stage.client.invoke(endpoint, 'getRemoteSessionDescriptor')).to.equal(answer);
    expectError(
      await stage.invoke(endpoint, 'processAnswer', { answer }),
      40210,
      'SDP_END_POINT_ANSWER_ALREADY_PROCCESED',
    );
  });

  it('understands whichever of the offered codecs the answer puts first', async () => {
    const { endpoint } = await stage.pipelineWithEndpoint();
    await offerOf(endpoint);
    const answer = browserOffer({ setup: 'active', direction: 'sendonly', video: [h264, vp8] });
    await stage.client.invoke(endpoint, 'processAnswer', { answer });
    const transport = stage.server.transports.all[0];
    for (const state of ['checking', 'reachable', 'connected'] as const) transport?.become(state);
    for (const payloadType of [h264.payloadType, vp8.payloadType]) {
      // Any stream of its own will do: one SSRC for each payload type.
      transport?.listener.rtp(rtp({ ssrc: payloadType, payloadType, sequence: 1 }));
      const stats = z
        .record(z.string(), z.object({ ssrc: z.string().optional() }))
        .parse(await stage.client.invoke(endpoint, 'getStats', { mediaType: 'VIDEO' }));
      expect(Object.values(stats).map(({ ssrc }) => ssrc)).to.include(String(payloadType));
    }
  });
});
