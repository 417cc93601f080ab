import { expect } from 'chai';
import fc from 'fast-check';
import { readArrivals } from '../../../../media/embedded/rtp/arrivals.js';
import { parseRtcp } from '../../../../media/embedded/rtp/rtcp.js';
import { TransportFeedback } from '../../../../media/embedded/rtp/transport-feedback.js';

/** A message about so many packets, with these chunks and deltas (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). */
function message(count: number, chunks: readonly number[], deltas: readonly number[], base = 0, reference = 1): Buffer {
  const content = 20 + chunks.length * 2 + deltas.length;
  const bytes = Buffer.alloc(content + ((4 - (content % 4)) % 4));
  bytes.set([0x8f, 205], 0);
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
  bytes.writeUInt16BE(base, 12);
  bytes.writeUInt16BE(count, 14);
  bytes.writeUIntBE(reference, 16, 3);
  chunks.forEach((chunk, index) => bytes.writeUInt16BE(chunk, 20 + index * 2));
  bytes.set(deltas, 20 + chunks.length * 2);
  return bytes;
}

describe('transport feedback of a receiver', () => {
  it('is read from each kind of chunk', () => {
    // A run of two; one bit each: come, not come, come; two bits each: not come, come late.
    const chunks = [0x2002, 0x8000 | (0b101 << 11), 0xc000 | (0b0010 << 10)];
    const bytes = message(2 + 14 + 2, chunks, [4, 8, 12, 16, 0xff, 0xfc], 65_530);
    expect(readArrivals(bytes)?.base).to.equal(65_530);
    const none = Number.NaN;
    expect([...(readArrivals(bytes)?.times ?? [])]).to.deep.equal(
      [65, 67, 70, none, 74].concat(Array<number>(12).fill(none), 73),
    );
  });

  it('is ignored when it tells more than it has bytes for, or of more packets than anybody remembers', () => {
    expect(readArrivals(message(4, [0x2004], [])), 'deltas are missing').to.equal(undefined);
    expect(readArrivals(message(500, [0x0010], [])), 'chunks end too early').to.equal(undefined);
    expect(readArrivals(message(10, [0x0000, 0x000a], [])), 'a run of nothing').to.equal(undefined);
    expect(readArrivals(message(1, [0x6001], [1, 1, 1])), 'a reserved status').to.equal(undefined);
    expect(readArrivals(message(0, [], [])), 'of no packet').to.equal(undefined);
    expect(readArrivals(message(8191 * 2, [0x1fff, 0x1fff], [])), 'too many').to.equal(undefined);
  });

  it('says what another engine wrote', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 300, noNaN: true })), {
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(steps, fc.nat(65_535), (packets, start) => {
        const feedback = new TransportFeedback();
        const truth = new Map<number, number>();
        let [sequence, now] = [start, 5000];
        for (const [step, pause] of packets) {
          sequence = (sequence + step) & 0xffff;
          now += pause;
          truth.set(sequence, now);
          feedback.arrived(sequence, now);
        }
        const told = new Map<number, number>();
        for (const packet of feedback.take(1, 2).flatMap((bytes) => parseRtcp(bytes))) {
          if (packet.type !== 'arrivals') continue;
          const { base, times } = packet.arrivals;
          times.forEach((time, index) => {
            if (!Number.isNaN(time)) told.set((base + index) & 0xffff, time);
          });
        }
        expect([...told.keys()].sort()).to.deep.equal([...truth.keys()].sort());
        for (const [number, at] of told) expect(at).to.be.closeTo(truth.get(number) ?? 0, 0.126);
      }),
    );
  });
});
