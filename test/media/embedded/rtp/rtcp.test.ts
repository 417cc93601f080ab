import { expect } from 'chai';
import fc from 'fast-check';
import {
  parseRtcp,
  writeBitrateLimit,
  writeDescription,
  writeFullIntra,
  writeNack,
  writePictureLoss,
  writeReceiverReport,
  writeSenderReport,
} from '../../../../media/embedded/rtp/rtcp.js';

describe('RTCP', () => {
  const block = {
    ssrc: 7,
    fractionLost: 3,
    packetsLost: -1,
    highestSequence: 70000,
    jitter: 9,
    lastReport: 11,
    delay: 13,
  };

  it('writes what it reads', () => {
    const compound = Buffer.concat([
      writeReceiverReport(1, [block]),
      writeDescription(1, 'ann'),
      writePictureLoss(1, 7),
      writeFullIntra(1, 8, 300),
      writeNack(1, 7, [5, 6, 21, 40, 65535]),
      writeSenderReport({ ssrc: 9, ntpHigh: 1, ntpLow: 2, timestamp: 3 }, 4, 5, 'bob'),
    ]);
    expect(parseRtcp(compound)).to.deep.equal([
      { type: 'receiverReport', ssrc: 1, blocks: [block] },
      { type: 'pictureLoss', ssrc: 7 },
      { type: 'fullIntra', ssrcs: [8] },
      { type: 'nack', ssrc: 7, sequences: [5, 6, 21, 40, 65535] },
      { type: 'senderReport', report: { ssrc: 9, ntpHigh: 1, ntpLow: 2, timestamp: 3 }, blocks: [] },
    ]);
  });

  it('packs lost packets that are near each other into one entry, also across the wrap', () => {
    expect(writeNack(1, 7, [65530, 65535, 3, 10]).length).to.equal(12 + 4);
  });

  it('writes a bitrate limit to within one part in a hundred thousand', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1_000_000_000 }), (bitrate) => {
        const [packet] = parseRtcp(writeBitrateLimit(1, bitrate, [7]));
        expect(packet?.type).to.equal('bitrateLimit');
        if (packet?.type === 'bitrateLimit') expect(packet.bitrate).to.be.closeTo(bitrate, bitrate * 1e-5);
      }),
    );
  });

  it('pads names to whole words, with at least one zero at their end (RFC 3550 §6.5)', () => {
    for (const name of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
      const bytes = writeDescription(1, name);
      expect(bytes.length % 4).to.equal(0);
      expect(bytes.length).to.equal((bytes.readUInt16BE(2) + 1) * 4);
      expect(bytes.at(-1)).to.equal(0);
    }
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parseRtcp(Buffer.from(bytes));
      }),
    );
  });

  it('survives any content under a correct header', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 192, max: 223 }),
        fc.nat(31),
        (content, type, count) => {
          const bytes = Buffer.alloc(4 + Math.ceil(content.length / 4) * 4);
          bytes.set([0x80 | count, type], 0);
          bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
          bytes.set(content, 4);
          parseRtcp(bytes);
        },
      ),
    );
  });
});
