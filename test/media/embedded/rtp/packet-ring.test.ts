import { expect } from 'chai';
import { PacketRing } from '../../../../media/embedded/rtp/packet-ring.js';
import { RtpPacket } from '../../../../media/embedded/rtp/rtp-packet.js';
import { rtp } from '../../../support/rtp.js';

describe('the packets that are kept of a stream', () => {
  const size = 64;

  function packet(number: number, length: number): RtpPacket {
    const payload = Buffer.alloc(length, number & 0xff);
    const parsed = new RtpPacket();
    parsed.parse(rtp({ payloadType: 96, ssrc: 1, sequence: number & 0xffff, timestamp: number * 10, payload }), 0);
    parsed.extended = number;
    return parsed;
  }

  function payloadOf(ring: PacketRing, number: number): Buffer | undefined {
    return ring.get(number)?.body.subarray(12);
  }

  it('are the last ones, whole, whatever their size', () => {
    const ring = new PacketRing(size);
    const lengths = [1, 1200, 40, 700, 1200, 20_000];
    const lengthOf = (number: number): number => lengths[number % lengths.length] ?? 0;
    for (let number = 0; number < 1000; number += 1) {
      ring.mark(number);
      ring.keep(packet(number, lengthOf(number)));
      for (let age = 0; age < Math.min(size, number + 1); age += 1) {
        const kept = payloadOf(ring, number - age);
        if (!kept?.equals(Buffer.alloc(lengthOf(number - age), (number - age) & 0xff)))
          expect.fail(`${number - age} is not kept after ${number}`);
      }
      expect(ring.get(number - size)).to.equal(undefined);
    }
  });

  it('come in any order, and some never', () => {
    const ring = new PacketRing(size);
    for (const number of [5, 3, 4, 90, 88]) {
      ring.mark(number);
      ring.keep(packet(number, 300));
    }
    expect([3, 4, 5, 26, 88, 89, 90].map((number) => ring.has(number))).to.deep.equal([
      true,
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(payloadOf(ring, 88)?.[0]).to.equal(88);
    expect(ring.get(89)).to.equal(undefined);
  });

  it('are known by their number alone where nobody will ask for them', () => {
    const ring = new PacketRing(size);
    ring.mark(7);
    expect(ring.has(7)).to.equal(true);
    expect(ring.get(7)).to.equal(undefined);
  });
});
