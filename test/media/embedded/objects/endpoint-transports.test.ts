import { expect } from 'chai';
import { EndpointTransports, TransportRefused } from '../../../../media/embedded/objects/endpoint-transports.js';
import type { Agreement, AgreedSection, AgreedTransport } from '../../../../media/embedded/sdp/agreement.js';
import type { LocalDescription } from '../../../../media/embedded/sdp/description.js';
import { NoCapacity } from '../../../../media/embedded/transport/transport.js';
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

const agreed: AgreedTransport = { remote, data: undefined };
const bundle: Agreement = { sections: [], transports: [agreed] };

function section(index: number, mid: string, transport: number | undefined): AgreedSection {
  const offered = { index, mid, media: 'video', protocol: '', formats: '', bundled: false };
  const lines = { reducedSize: false, rtcpPort: false, trickle: true, streamSemantics: false };
  return { offered: { ...offered, ...lines }, transport, media: undefined };
}

describe('the transports of an endpoint', () => {
  let opened: FakeTransport[];
  let refused: unknown[];

  /** The transports in these places of all that are opened refuse everything. `limit`: how many can be opened. */
  function open(refusing: readonly number[] = [0], limit = 100): EndpointTransports {
    opened = [];
    refused = [];
    return new EndpointTransports({
      open: () => {
        if (opened.filter(({ closed }) => !closed).length >= limit) throw new NoCapacity('full');
        const Kind = refusing.includes(opened.length) ? RefusingTransport : FakeTransport;
        opened.push(new Kind(listener, () => undefined));
        return opened.at(-1) ?? expect.fail('just opened');
      },
      reach: () => ({}),
      refused: (error) => refused.push(error),
    });
  }

  const candidate = (text: string, sdpMid = '', sdpMLineIndex = 0) => ({ candidate: text, sdpMid, sdpMLineIndex });

  for (const [what, begin] of [
    ['an offer of the other side', (transports: EndpointTransports) => transports.answer([agreed])[0]],
    ['to offer', (transports: EndpointTransports) => transports.offer(false)],
  ] as const) {
    it(`are replaced when one refuses ${what}, and the next attempt succeeds`, () => {
      const transports = open();
      expect(() => begin(transports)).to.throw(TransportRefused, 'The description cannot be processed');
      expect(refused).to.have.length(1);
      expect(opened.map(({ closed }) => closed)).to.deep.equal([true, false]);
      expect(transports.all).to.deep.equal([opened[1]]);
      expect(begin(transports)?.ufrag).to.equal('ufrag');
    });
  }

  it('are all replaced by one when the second refuses', () => {
    const transports = open([1]);
    expect(() => transports.answer([agreed, agreed])).to.throw(TransportRefused);
    expect(opened.map(({ closed }) => closed)).to.deep.equal([true, true, false]);
    expect(transports.answer([agreed, agreed])).to.have.length(2);
    transports.close();
    expect(opened.map(({ closed }) => closed)).to.deep.equal([true, true, true, true]);
  });

  it('are as few as before when there is no place for all', () => {
    const transports = open([], 2);
    expect(() => transports.answer([agreed, agreed, agreed])).to.throw(NoCapacity);
    expect(opened.map(({ closed }) => closed)).to.deep.equal([false, true]);
    expect(transports.answer([agreed, agreed])).to.have.length(2);
  });

  it('stay when one refuses an answer', () => {
    const transports = open();
    expect(() => {
      transports.accept(agreed);
    }).to.throw(TransportRefused, 'The answer cannot be processed');
    expect(opened.map(({ closed }) => closed)).to.deep.equal([false]);
  });

  it('are told of early candidates when both sides are described, a hundred at most', () => {
    const transports = open();
    expect(() => transports.offer(false)).to.throw(TransportRefused);
    for (let count = 0; count < 150; count++) transports.addRemoteCandidate(candidate(`early ${count}`));
    transports.offer(false);
    expect(opened[1]?.remoteCandidates).to.deep.equal([]);
    transports.begin(bundle);
    transports.addRemoteCandidate(candidate('late'));
    const early = Array.from({ length: 100 }, (_value, count) => `early ${count}`);
    expect(opened[1]?.remoteCandidates).to.deep.equal([...early, 'late']);
  });

  it('are told the candidates of their own sections, by mid or else by place', () => {
    const transports = open([]);
    const sections = [section(0, 'a', 0), section(1, 'stopped', undefined), section(2, 'b', 1), section(3, 'c', 1)];
    transports.answer([agreed, agreed]);
    transports.addRemoteCandidate(candidate('early b', 'b', 0));
    transports.begin({ sections, transports: [agreed, agreed] });
    for (const [text, mid, index] of [
      ['a', 'a', 3],
      ['c', 'c', 0],
      ['third', '', 2],
      ['first', '', 0],
      ['nobody', 'stopped', 0],
      ['beyond', '', 9],
    ] as const)
      transports.addRemoteCandidate(candidate(text, mid, index));
    expect(opened.map(({ remoteCandidates }) => remoteCandidates)).to.deep.equal([
      ['a', 'first'],
      ['early b', 'c', 'third'],
    ]);
  });
});
