import { expect } from 'chai';
import { writeNack, writePictureLoss } from '../../../../media/embedded/rtp/rtcp.js';
import { keyframe, readRtp, rtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import type { FakeTransport } from '../fake-transports.js';
import type { OfferOptions } from '../offers.js';

/** Both kinds have the same payload type, which tells nothing on two transports. */
const unbundled: OfferOptions = { bundle: [], opus: 96 };

describe('an endpoint whose sections have a transport each', () => {
  let engine: TestEngine;

  beforeEach(() => {
    engine = new TestEngine();
  });

  /** The transports of an endpoint that were opened when it was negotiated. */
  function transportsOf(peer: Peer, options: OfferOptions): [sound: FakeTransport, picture: FakeTransport] {
    peer.negotiate(options);
    const picture = engine.transports.all.at(-1);
    if (!picture || picture === peer.transport) throw new Error('one transport');
    return [peer.transport, picture];
  }

  function connect(...transports: readonly FakeTransport[]): void {
    for (const state of ['checking', 'reachable', 'connected'] as const)
      for (const transport of transports) transport.become(state);
  }

  function publisher(): [sound: FakeTransport, picture: FakeTransport, peer: Peer] {
    const peer = engine.peer();
    const transports = transportsOf(peer, { direction: 'sendonly', ...unbundled });
    connect(...transports);
    return [...transports, peer];
  }

  function publish(sound: FakeTransport, picture: FakeTransport, sequence: number): void {
    sound.listener.rtp(rtp({ payloadType: 96, ssrc: 5, sequence }));
    picture.listener.rtp(rtp({ payloadType: 96, ssrc: 5, sequence, payload: keyframe }));
  }

  it('gives its sound and its picture to others, whatever the numbers of both have in common', () => {
    const [sound, picture, peer] = publisher();
    const subscriber = engine.subscriber(peer);
    publish(sound, picture, 1);
    expect(subscriber.received().map(({ payloadType }) => payloadType)).to.deep.equal([111, 96]);
  });

  it('gets the sound on one and the picture on the other', () => {
    const source = engine.publisher();
    const peer = engine.peer();
    for (const type of ['AUDIO', 'VIDEO'] as const) source.endpoint.connect(peer.endpoint, type);
    const [sound, picture] = transportsOf(peer, { direction: 'recvonly', ...unbundled });
    connect(sound);
    source.sends({ payloadType: 111, ssrc: 7, sequence: 1 });
    source.sends({ payloadType: 96, ssrc: 8, sequence: 1, payload: keyframe });
    connect(picture);
    source.sends({ payloadType: 111, ssrc: 7, sequence: 2 });
    source.sends({ payloadType: 96, ssrc: 8, sequence: 2, payload: keyframe });
    const arrived = [sound, picture].map((transport) =>
      transport.rtp.map(readRtp).map(({ payloadType, ssrc, sequence }) => [payloadType, ssrc, sequence]),
    );
    expect(arrived).to.deep.equal([
      [
        [96, peer.announcedSsrc('audio'), 1],
        [96, peer.announcedSsrc('audio'), 2],
      ],
      [[96, peer.announcedSsrc('video'), 2]],
    ]);
    picture.rtp.length = 0;
    picture.listener.rtcp(writeNack(1, peer.announcedSsrc('video'), [2]));
    expect(picture.rtp.map(readRtp).map(({ payloadType }) => payloadType)).to.deep.equal([97]);
  });

  it('asks for a keyframe and reports where the picture comes from', () => {
    const [sound, picture, peer] = publisher();
    const subscriber = engine.subscriber(peer);
    publish(sound, picture, 1);
    [sound, picture].forEach((transport) => (transport.rtcp.length = 0));
    engine.pass(300);
    subscriber.sendsRtcp(writePictureLoss(1, subscriber.announcedSsrc('video')));
    engine.pass(1000);
    const types = [sound, picture].map(({ rtcp }) => [...new Set(rtcp.map((packet) => packet[1]))].sort());
    // RFC 3550 §12.1: 201 is a receiver report. RFC 4585 §6.1: 206 is feedback about the payload.
    expect(types[0]).to.include(201).and.not.include(206);
    expect(types[1]).to.include(201).and.include(206);
  });

  it('counts both in its statistics', () => {
    const [sound, picture, peer] = publisher();
    publish(sound, picture, 1);
    publish(sound, picture, 2);
    for (const type of ['AUDIO', 'VIDEO'] as const) {
      const stats = Object.values(peer.endpoint.stats(type) ?? {}) as { type: string; packetsReceived: number }[];
      const received = stats.filter(({ type: each }) => each === 'inboundrtp').map((one) => one.packetsReceived);
      expect(received, type).to.deep.equal([2]);
    }
  });

  it('is connected when both transports are', () => {
    const peer = engine.peer();
    const [sound, picture] = transportsOf(peer, unbundled);
    connect(sound);
    expect(peer.endpoint.states.connection).to.equal('DISCONNECTED');
    connect(picture);
    expect(peer.endpoint.states.connection).to.equal('CONNECTED');
    picture.become('disconnected');
    expect(peer.endpoint.states.connection).to.equal('DISCONNECTED');
    expect(peer.endpoint.states.iceConnections()).to.have.length(2);
    expect(peer.endpoint.states.dtlsConnections()).to.have.length(4);
  });

  it('closes both when it is released', () => {
    const [sound, picture, peer] = publisher();
    engine.server.release(peer.endpoint.id);
    expect([sound.closed, picture.closed, engine.transports.count]).to.deep.equal([true, true, 0]);
  });
});
