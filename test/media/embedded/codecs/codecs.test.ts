import { expect } from 'chai';
import { av1 } from '../../../../media/embedded/codecs/av1.js';
import type { Codec } from '../../../../media/embedded/codecs/codec.js';
import { codecs } from '../../../../media/embedded/codecs/codecs.js';
import { h264 } from '../../../../media/embedded/codecs/h264.js';
import { opus } from '../../../../media/embedded/codecs/opus.js';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { vp9 } from '../../../../media/embedded/codecs/vp9.js';

/** Twelve bytes of header, then the payload. */
function startsKeyframe(codec: Codec, payload: string): boolean {
  const packet = Buffer.concat([Buffer.alloc(12, 0xff), Buffer.from(payload.replaceAll(' ', ''), 'hex')]);
  return codec.startsKeyframe(packet, 12);
}

describe('codecs', () => {
  it('have payload types of their own in our offers', () => {
    const types = codecs.flatMap(({ offer }) => [offer.payloadType, offer.repairType ?? []]).flat();
    expect(new Set(types).size).to.equal(types.length);
    // Those of telephones are the same everywhere (RFC 3551 §6).
    for (const type of types)
      expect(type === 0 || type === 8 || (type >= 96 && type <= 127), String(type)).to.equal(true);
  });

  it('accept the parameters they offer', () => {
    for (const codec of codecs) expect(codec.accepts(codec.offer.parameters), codec.name).to.equal(true);
  });

  it('accept H.264 in packetization mode 1 only, and prefer the constrained baseline profile', () => {
    expect(h264.accepts('packetization-mode=0;profile-level-id=42e01f')).to.equal(false);
    expect(h264.accepts('profile-level-id=42e01f')).to.equal(false);
    expect(h264.accepts('packetization-mode=1;profile-level-id=640c1f')).to.equal(true);
    expect(h264.prefers('packetization-mode=1;profile-level-id=640c1f')).to.equal(false);
    expect(h264.prefers('packetization-mode=1;profile-level-id=42E01F')).to.equal(true);
  });

  it('accept VP9 in profile 0 only', () => {
    expect(['', 'profile-id=0', 'profile-id=2', 'x=1; profile-id=1'].map(vp9.accepts)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('accept AV1 in profile 0 only', () => {
    expect(['', 'level-idx=5;profile=0;tier=0', 'profile=1', 'level-idx=5; profile=2'].map(av1.accepts)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  for (const [what, codec, payload, expected] of [
    ['any sound', opus, 'fc 01', true],
    ['VP8', vp8, '10 00', true],
    ['VP8 after a picture number of two bytes, its layer and its key', vp8, '90 f0 81 23 01 01 00', true],
    ['VP8 after a picture number of one byte', vp8, '90 80 23 00', true],
    ['VP8 that depends on another', vp8, '90 80 81 23 01', false],
    ['a later piece of VP8', vp8, '80 80 81 23 00', false],
    ['a later partition of VP8', vp8, '11 00', false],
    ['VP8 without a payload', vp8, '90 80 81 23', false],
    ['VP9', vp9, '88 23', true],
    ['VP9 of the lowest layer', vp9, 'a8 81 23 00', true],
    ['VP9 of a higher layer', vp9, 'a8 81 23 02', false],
    ['VP9 that depends on another', vp9, 'c8 23', false],
    ['a later piece of VP9', vp9, '84 23', false],
    ['AV1 that begins a sequence', av1, '18 0a 0b', true],
    ['AV1 whose sender does not say that it begins a sequence', av1, '10 08 00', true],
    ['the same, with lengths', av1, '00 02 08 00 01 30', true],
    ['AV1 that depends on another', av1, '10 30 30', false],
    ['a later piece of AV1', av1, '90 08 00', false],
    ['AV1 without a payload', av1, '10', false],
    ['H.264 parameters', h264, '67 42', true],
    ['an H.264 key picture', h264, '65 11', true],
    ['another H.264 picture', h264, '41 11', false],
    ['parameters among aggregated H.264', h264, '78 00 02 09 10 00 02 67 42', true],
    ['aggregated H.264 without them', h264, '78 00 02 09 10 00 02 41 42', false],
    ['the first fragment of an H.264 key picture', h264, '7c 85 11', true],
    ['a later fragment of it', h264, '7c 05 11', false],
  ] as const) {
    it(`${expected ? 'begin' : 'do not begin'} with ${what}`, () => {
      expect(startsKeyframe(codec, payload)).to.equal(expected);
    });
  }
});
