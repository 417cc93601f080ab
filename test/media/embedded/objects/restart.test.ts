import { expect } from 'chai';
import { KurentoError } from '../../../../media/embedded/objects/kurento-error.js';
import { keyframe } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import type { OfferOptions } from '../offers.js';
import { browserOffer, h264, vp8 } from '../offers.js';

const sending: OfferOptions = { direction: 'sendonly' };
const receiving: OfferOptions = { direction: 'recvonly' };

describe('an endpoint whose client has another network', () => {
  let engine: TestEngine;
  let publisher: Peer;
  let subscriber: Peer;

  beforeEach(() => {
    engine = new TestEngine();
    publisher = engine.publisher();
    subscriber = engine.subscriber(publisher);
  });

  const restart = ({ endpoint }: Peer, options: OfferOptions, setup = 'actpass'): string =>
    endpoint.negotiation.processRestartOffer(browserOffer({ ...options, setup }).replaceAll('abcd', 'efgh'));

  const sends = (sequence: number): void => {
    publisher.sends({ payloadType: 96, ssrc: 9, sequence, payload: keyframe });
  };

  /** What an answer says of one side's media, without the way to it. */
  const mediaOf = (answer: string): string => answer.replaceAll(/^a=(ice-ufrag|setup):.*$/gm, '');

  it('gets an answer with another path and the same media', () => {
    for (const [peer, options] of [
      [publisher, sending],
      [subscriber, receiving],
    ] as const) {
      const answer = restart(peer, options);
      expect(answer).to.contain('a=ice-ufrag:another');
      expect(mediaOf(answer)).to.equal(mediaOf(peer.answer));
      expect(peer.transport.remote?.ufrag).to.equal('efgh');
    }
  });

  it('keeps its streams and all who watch', () => {
    sends(1);
    const [before] = subscriber.received();
    restart(publisher, sending);
    publisher.connect();
    sends(2);
    restart(subscriber, receiving);
    sends(3);
    subscriber.connect();
    sends(4);
    const after = subscriber.received();
    expect(after.map(({ sequence }) => sequence)).to.deep.equal([2, 3, 4]);
    expect(new Set(after.map(({ ssrc }) => ssrc))).to.deep.equal(new Set([before?.ssrc]));
    expect(subscriber.endpoint.states.connection).to.equal('CONNECTED');
  });

  it('is told the candidates of the new path, when it asks for them', () => {
    const { endpoint, transport } = publisher;
    const local = (): string[] => endpoint.negotiation.localSdp?.match(/^a=candidate:\d+/gm) ?? [];
    endpoint.gatherCandidates();
    transport.listener.candidateFound('candidate:1 1 UDP 1 192.0.2.1 9 typ host');
    transport.listener.gathered();
    restart(publisher, sending);
    expect(local()).to.deep.equal([]);
    transport.listener.candidateFound('candidate:2 1 UDP 1 192.0.2.2 9 typ host');
    expect(new Set(local())).to.deep.equal(new Set(['a=candidate:2']));
  });

  it('may be restarted although the source has changed meanwhile', () => {
    const other = engine.publisher({ video: [h264] });
    other.endpoint.connect(subscriber.endpoint, 'VIDEO');
    expect(mediaOf(restart(subscriber, receiving))).to.equal(mediaOf(subscriber.answer));
  });

  for (const [what, options] of [
    ['the other way', receiving],
    ['in another codec', { ...sending, video: [h264] }],
    ['with other payload types', { ...sending, video: [{ ...vp8, payloadType: 120 }] }],
    ['on several transports', { ...sending, bundle: [] }],
  ] as const) {
    it(`goes on as it was when the offer is for media ${what}`, () => {
      expect(() => restart(publisher, options))
        .to.throw(KurentoError)
        .with.property('code', 40205);
      sends(1);
      expect(subscriber.received().length).to.equal(1);
    });
  }

  it('cannot be restarted before it was negotiated, or by what is no offer', () => {
    expect(() => restart(engine.peer(), sending))
      .to.throw(KurentoError)
      .with.property('code', 40203);
    expect(() => publisher.endpoint.negotiation.processRestartOffer(''))
      .to.throw(KurentoError)
      .with.property('code', 40201);
  });
});
