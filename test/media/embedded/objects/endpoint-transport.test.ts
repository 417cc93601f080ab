import { expect } from 'chai';
import { EndpointTransport, TransportRefused } from '../../../../media/embedded/objects/endpoint-transport.js';
import type { LocalDescription } from '../../../../media/embedded/sdp/description.js';
import { FakeTransport } from '../fake-transports.js';

const remote = {
  ufrag: 'u',
  password: 'p',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'active',
  candidates: [],
} as const;

const listener = {
  rtp: () => undefined,
  rtcp: () => undefined,
  stateChanged: () => undefined,
  candidateFound: () => undefined,
  gathered: () => undefined,
  channelOpened: () => undefined,
  channelClosed: () => undefined,
  messageArrived: () => undefined,
  failed: () => undefined,
};

class RefusingTransport extends FakeTransport {
  override answer(): LocalDescription {
    throw new Error('no');
  }

  override offer(): LocalDescription {
    throw new Error('no');
  }

  override accept(): void {
    throw new Error('no');
  }
}

describe('the transport of an endpoint', () => {
  let opened: FakeTransport[];
  let refused: unknown[];

  /** The first transport refuses everything, those after it nothing. */
  function open(): EndpointTransport {
    opened = [];
    refused = [];
    return new EndpointTransport({
      open: () => {
        const Kind = opened.length === 0 ? RefusingTransport : FakeTransport;
        opened.push(new Kind(listener, () => undefined));
        return opened.at(-1) ?? expect.fail('just opened');
      },
      reach: () => ({}),
      refused: (error) => refused.push(error),
    });
  }

  for (const [what, begin] of [
    ['an offer of the other side', (transport: EndpointTransport) => transport.answer(remote, undefined)],
    ['to offer', (transport: EndpointTransport) => transport.offer(false)],
  ] as const) {
    it(`is replaced when it refuses ${what}, and the next attempt succeeds`, () => {
      const transport = open();
      expect(() => begin(transport)).to.throw(TransportRefused, 'The description cannot be processed');
      expect(refused).to.have.length(1);
      expect(opened.map(({ closed }) => closed)).to.deep.equal([true, false]);
      expect(transport.current).to.equal(opened[1]);
      expect(begin(transport).ufrag).to.equal('ufrag');
    });
  }

  it('stays when it refuses an answer', () => {
    const transport = open();
    expect(() => {
      transport.accept(remote, undefined);
    }).to.throw(TransportRefused, 'The answer cannot be processed');
    expect(opened.map(({ closed }) => closed)).to.deep.equal([false]);
  });

  it('is told of early candidates when both sides are described, a hundred at most', () => {
    const transport = open();
    expect(() => transport.offer(false)).to.throw(TransportRefused);
    for (let count = 0; count < 150; count++) transport.addRemoteCandidate(`early ${count}`);
    transport.offer(false);
    expect(opened[1]?.remoteCandidates).to.deep.equal([]);
    transport.begin();
    transport.addRemoteCandidate('late');
    const early = Array.from({ length: 100 }, (_value, count) => `early ${count}`);
    expect(opened[1]?.remoteCandidates).to.deep.equal([...early, 'late']);
  });
});
