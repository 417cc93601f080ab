import { expect } from 'chai';
import { TestEngine } from '../engine.js';
import { h264, h264Single } from '../offers.js';

const baseline = h264;
const high = { payloadType: 108, name: 'H264', parameters: 'packetization-mode=1;profile-level-id=64001f' };
const main = { payloadType: 110, name: 'H264', parameters: 'packetization-mode=1;profile-level-id=4d001f' };
/** A picture that a decoder can begin with (RFC 6184 §5.6). */
const payload = Buffer.from([0x65, 1, 2, 3]);

describe('H.264 from a publisher to a subscriber', () => {
  let engine: TestEngine;

  beforeEach(() => {
    engine = new TestEngine();
  });

  const videoLine = (answer: string): string | undefined => /^m=video.*$/m.exec(answer)?.[0];

  it('in packetization mode 0 reaches receivers of both modes', () => {
    const publisher = engine.publisher({ video: [h264Single] });
    expect(videoLine(publisher.answer)).to.equal('m=video 9 UDP/TLS/RTP/SAVPF 104 105');
    const [modern, both, old] = [[h264], [h264Single, h264], [h264Single]].map((video) =>
      engine.subscriber(publisher, { video }),
    );
    publisher.sends({ payloadType: 104, ssrc: 1, sequence: 1, payload });
    expect([modern, both, old].map((peer) => peer?.received().map(({ payloadType }) => payloadType))).to.deep.equal([
      [102],
      [104],
      [104],
    ]);
  });

  it('in packetization mode 1 does not reach a receiver of mode 0 alone', () => {
    const publisher = engine.publisher({ video: [h264] });
    const old = engine.subscriber(publisher, { video: [h264Single] });
    expect(videoLine(old.answer)).to.match(/^m=video 0 /);
    const both = engine.peer();
    publisher.endpoint.connect(both.endpoint, 'VIDEO');
    both.negotiate({ direction: 'sendrecv', video: [h264Single] }).connect();
    publisher.sends({ payloadType: 102, ssrc: 1, sequence: 1, payload });
    expect([...old.received(), ...both.received()]).to.deep.equal([]);
  });

  it('is announced with the profile of the source, or with one whose decoders take it', () => {
    const publisher = engine.publisher({ video: [high] });
    const answerFor = (...video: (typeof high)[]): string =>
      videoLine(engine.subscriber(publisher, { video, repairs: false }).answer) ?? '';
    expect(answerFor(baseline, main, high)).to.equal('m=video 9 UDP/TLS/RTP/SAVPF 108');
    expect(answerFor(baseline, { ...high, parameters: 'packetization-mode=1;profile-level-id=640c28' })).to.match(
      / 108$/,
    );
    expect(answerFor(baseline, main)).to.match(/^m=video 0 /);
    const simple = engine.publisher({ video: [baseline] });
    const watcher = engine.subscriber(simple, { video: [high, main], repairs: false });
    expect(videoLine(watcher.answer)).to.match(/ 110$/);
  });
});
