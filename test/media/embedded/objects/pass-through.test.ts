import { expect } from 'chai';
import { PassThrough } from '../../../../media/embedded/objects/pass-through.js';
import { writeBitrateLimit } from '../../../../media/embedded/rtp/rtcp.js';
import { interframe, keyframe } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { h264 } from '../offers.js';

const ssrc = 0x1234;

/** docs/protocols/kurento-media.md#8-other-elements. */
describe('a PassThrough', () => {
  let engine: TestEngine;
  let publisher: Peer;

  beforeEach(() => {
    engine = new TestEngine();
    publisher = engine.publisher();
  });

  function passThrough(): PassThrough {
    const made = engine.server.create('PassThrough', { mediaPipeline: engine.pipeline.id });
    if (!(made instanceof PassThrough)) throw new Error('no PassThrough');
    return made;
  }

  function connect(source: PassThrough | Peer['endpoint'], sink: PassThrough | Peer['endpoint']): void {
    for (const type of ['AUDIO', 'VIDEO'] as const) source.connect(sink, type);
  }

  function send(from: number, to: number, payloadType = 96, peer = publisher): void {
    for (let sequence = from; sequence <= to; sequence++) {
      peer.sends({ payloadType, ssrc, sequence, payload: sequence === from ? keyframe : interframe });
    }
  }

  it('gives on what it gets to all it is connected to', () => {
    const middle = passThrough();
    connect(publisher.endpoint, middle);
    const peers = [engine.peer(), engine.peer()].map((peer) => {
      connect(middle, peer.endpoint);
      return peer.negotiate({ direction: 'recvonly' }).connect();
    });
    send(1, 3);
    publisher.sends({ payloadType: 111, ssrc: 77, sequence: 5 });
    for (const peer of peers) expect(peer.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 5]);
  });

  it('knows the codec of its source, and passes questions for keyframes and estimates on to it', () => {
    const other = engine.publisher({ video: [h264] });
    const middle = passThrough();
    connect(other.endpoint, middle);
    other.sends({ payloadType: 102, ssrc, sequence: 1, payload: Buffer.from([0x67, 1, 2, 3]) });
    const peer = engine.peer();
    connect(middle, peer.endpoint);
    peer.negotiate({ direction: 'recvonly' });
    expect(/m=video 9 \S+ (\d+)/.exec(peer.answer)?.[1]).to.equal('102');
    other.transport.rtcp.length = 0;
    peer.connect();
    expect(other.receivedRtcp('pictureLoss')).to.have.lengthOf(1);
    peer.sendsRtcp(writeBitrateLimit(1, 700_000, [peer.announcedSsrc('video')]));
    engine.pass(500);
    expect(other.receivedRtcp('bitrateLimit').map(({ bitrate }) => bitrate)).to.deep.equal([700_000]);
  });

  it('lets those behind it go on without a gap when its source is replaced', () => {
    const middle = passThrough();
    connect(publisher.endpoint, middle);
    const peer = engine.peer();
    connect(middle, peer.endpoint);
    peer.negotiate({ direction: 'recvonly' }).connect();
    send(1, 3);
    const second = engine.publisher();
    connect(second.endpoint, middle);
    send(700, 701, 96, second);
    expect(peer.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('survives being connected in a circle', () => {
    const [one, other] = [passThrough(), passThrough()];
    const peer = engine.peer();
    connect(one, other);
    connect(other, one);
    connect(other, peer.endpoint);
    peer.negotiate({ direction: 'recvonly' }).connect();
    connect(publisher.endpoint, one);
    connect(one, one);
    connect(publisher.endpoint, one);
    send(1, 2);
    expect(peer.received().map(({ sequence }) => sequence)).to.deep.equal([1, 2]);
  });

  it('has an id, statistics and a class of its own, and is gone when it is released', () => {
    const middle = passThrough();
    expect(middle.class.hierarchy).to.deep.equal(['MediaElement', 'MediaObject']);
    expect(middle.stats(undefined)).to.have.property(middle.id).that.includes({ type: 'element' });
    connect(publisher.endpoint, middle);
    engine.server.release(middle.id);
    expect(publisher.endpoint.sinkConnections(undefined)).to.deep.equal([]);
    send(1, 2);
  });
});
