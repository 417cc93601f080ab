import { expect } from 'chai';
import fc from 'fast-check';
import { TransportFeedback } from '../../../../media/embedded/rtp/transport-feedback.js';

interface Feedback {
  readonly base: number;
  readonly count: number;
  readonly messageNumber: number;
  /** Ms by sequence number; times of packets that did not arrive are missing. */
  readonly arrivals: Map<number, number>;
}

/** Reads a message as a sender does (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1). */
function read(bytes: Buffer): Feedback {
  expect(bytes.readUInt8(0) & 0x1f).to.equal(15);
  expect(bytes.readUInt8(1)).to.equal(205);
  expect(bytes.length).to.equal((bytes.readUInt16BE(2) + 1) * 4);
  const base = bytes.readUInt16BE(12);
  const count = bytes.readUInt16BE(14);
  const statuses: number[] = [];
  let offset = 20;
  while (statuses.length < count) {
    const chunk = bytes.readUInt16BE(offset);
    offset += 2;
    if ((chunk & 0x8000) === 0) {
      for (let left = chunk & 0x1fff; left > 0; left--) statuses.push((chunk >> 13) & 3);
    } else if ((chunk & 0x4000) === 0) {
      for (let bit = 13; bit >= 0; bit--) statuses.push((chunk >> bit) & 1);
    } else {
      for (let bit = 12; bit >= 0; bit -= 2) statuses.push((chunk >> bit) & 3);
    }
  }
  let clock = bytes.readUIntBE(16, 3) * 64;
  const arrivals = new Map<number, number>();
  statuses.slice(0, count).forEach((status, index) => {
    if (status === 0) return;
    clock += (status === 1 ? bytes.readUInt8(offset) : bytes.readInt16BE(offset)) * 0.25;
    offset += status;
    arrivals.set((base + index) & 0xffff, clock);
  });
  const filling = bytes.readUInt8(0) & 0x20 ? bytes.readUInt8(bytes.length - 1) : 0;
  expect(offset + filling, 'nothing is left over').to.equal(bytes.length);
  return { base, count, messageNumber: bytes.readUInt8(19), arrivals };
}

describe('transport feedback', () => {
  it('says when each packet came, to a quarter of a millisecond', () => {
    const feedback = new TransportFeedback();
    const times = [1000.1, 1001.6, 1030, 1030.3];
    times.forEach((time, index) => {
      feedback.arrived(65534 + index > 65535 ? index - 2 : 65534 + index, time);
    });
    const [message] = feedback.take(1, 2).map(read);
    expect(message?.base).to.equal(65534);
    expect([...(message?.arrivals.keys() ?? [])]).to.deep.equal([65534, 65535, 0, 1]);
    [...(message?.arrivals.values() ?? [])].forEach((time, index) => {
      expect(time).to.be.closeTo(times[index] ?? 0, 0.126);
    });
  });

  it('says which packets did not come', () => {
    const feedback = new TransportFeedback();
    for (const sequence of [10, 11, 14, 40]) feedback.arrived(sequence, 500 + sequence);
    const [message] = feedback.take(1, 2).map(read);
    expect(message).to.include({ base: 10, count: 31 });
    expect([...(message?.arrivals.keys() ?? [])]).to.deep.equal([10, 11, 14, 40]);
  });

  it('goes on where the last message ended, a gap in between included', () => {
    const feedback = new TransportFeedback();
    feedback.arrived(1, 100);
    feedback.take(1, 2);
    feedback.arrived(5, 150);
    const [message] = feedback.take(1, 2).map(read);
    expect(message).to.include({ base: 2, count: 4, messageNumber: 1 });
    expect([...(message?.arrivals.keys() ?? [])]).to.deep.equal([5]);
  });

  it('has nothing to say when nothing came', () => {
    const feedback = new TransportFeedback();
    expect(feedback.take(1, 2)).to.deep.equal([]);
    feedback.arrived(1, 100);
    feedback.take(1, 2);
    expect(feedback.take(1, 2)).to.deep.equal([]);
  });

  it('corrects itself when a packet comes that was said to be missing', () => {
    const feedback = new TransportFeedback();
    feedback.arrived(1, 100);
    feedback.arrived(3, 101);
    feedback.take(1, 2);
    feedback.arrived(2, 102);
    const [message] = feedback.take(1, 2).map(read);
    expect(message?.base).to.equal(2);
    expect(message?.arrivals.get(2)).to.be.closeTo(102, 0.126);
  });

  it('survives a long silence and a leap of the numbers', () => {
    const feedback = new TransportFeedback();
    feedback.arrived(1, 100);
    feedback.arrived(2, 60_000);
    feedback.arrived(30_000, 60_001);
    const messages = feedback.take(1, 2).map(read);
    expect(messages.at(-1)?.arrivals.get(30_000)).to.be.closeTo(60_001, 0.126);
  });

  it('tells the truth about any arrivals', () => {
    const arrival = fc.record({
      step: fc.integer({ min: -5, max: 30 }),
      pause: fc.double({ min: 0, max: 300, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 120 }), fc.nat(65535), (steps, start) => {
        const feedback = new TransportFeedback();
        const truth = new Map<number, number>();
        let sequence = start;
        let now = 5000;
        const told = new Map<number, number>();
        steps.forEach(({ step, pause }, index) => {
          sequence = (sequence + step + 0x10000) & 0xffff;
          now += pause;
          if (!truth.has(sequence)) truth.set(sequence, now);
          feedback.arrived(sequence, now);
          if (index % 10 === 9)
            for (const message of feedback.take(1, 2))
              read(message).arrivals.forEach((at, number) => told.set(number, at));
        });
        for (const message of feedback.take(1, 2)) read(message).arrivals.forEach((at, number) => told.set(number, at));
        expect([...told.keys()].sort()).to.deep.equal([...truth.keys()].sort());
        for (const [number, at] of told) expect(at).to.be.closeTo(truth.get(number) ?? 0, 0.126);
      }),
    );
  });
});
