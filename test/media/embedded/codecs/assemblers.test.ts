import { expect } from 'chai';
import { av1 } from '../../../../media/embedded/codecs/av1.js';
import type { FrameAssembler } from '../../../../media/embedded/codecs/frame.js';
import { h264 } from '../../../../media/embedded/codecs/h264.js';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { vp9 } from '../../../../media/embedded/codecs/vp9.js';

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function frameOf(assembler: FrameAssembler, ...payloads: string[]) {
  for (const payload of payloads) if (!assembler.add(bytes(payload))) return 'refused';
  const frame = assembler.finish();
  return frame && { ...frame, chunks: Buffer.concat(frame.chunks).toString('hex') };
}

describe('putting frames together', () => {
  it('joins the packets of a VP8 key frame, without their descriptors, and reads its size', () => {
    const frame = frameOf(vp8.assembler(), '90 80 81 23  10 02 00 9d 01 2a 80 02 e0 01', '80 80 81 23  aa bb');
    expect(frame).to.deep.equal({ chunks: '1002009d012a8002e001aabb', isKey: true, width: 640, height: 480 });
  });

  it('knows a VP8 frame that depends on others', () => {
    expect(frameOf(vp8.assembler(), '10 01 02')).to.deep.equal({ chunks: '0102', isKey: false });
  });

  it('refuses a frame whose first packet is missing', () => {
    expect(frameOf(vp8.assembler(), '00 aa')).to.equal('refused');
    expect(frameOf(vp9.assembler(), '04 aa')).to.equal('refused');
    expect(frameOf(av1.assembler(), '90 aa')).to.equal('refused');
    expect(frameOf(h264.assembler(), '7c 05 aa')).to.equal('refused');
  });

  it('reads the size of a VP9 key frame after its scalability structure', () => {
    // Two bytes of picture number, layers, one layer of 320 by 240 in the structure; profile 0, sync code, colours.
    const frame = frameOf(
      vp9.assembler(),
      'aa 81 23 00 00  10 01 40 00 f0  82 49 83 42 20 13 f0 0e f0',
      'a4 81 23 00 00 cc',
    );
    expect(frame).to.deep.equal({ chunks: '824983422013f00ef0cc', isKey: true, width: 320, height: 240 });
  });

  it('takes the lowest of several spatial layers of VP9', () => {
    const header = '82 49 83 42 20 13 f0 0e f0';
    const higher = ['ac 81 23 02 05 aa', 'ec 81 23 03 05 bb'];
    const frame = frameOf(vp9.assembler(), `ac 81 23 00 05 ${header}`, ...higher);
    expect(frame).to.deep.equal({ chunks: header.replaceAll(' ', ''), isKey: true, width: 320, height: 240 });
    expect(frameOf(vp9.assembler(), 'ec 81 24 00 06 cc', ...higher)).to.deep.equal({ chunks: 'cc', isKey: false });
    expect(frameOf(vp9.assembler(), ...higher)).to.equal(undefined);
  });

  it('puts lengths before the units of H.264, and tells decoders its parameters', () => {
    // Baseline 3.1, 20 by 15 macroblocks; aggregated parameters, then a picture in two fragments.
    const sequence = '67 42 e0 1f f4 0a 0f c8';
    const frame = frameOf(h264.assembler(), `78 00 08 ${sequence} 00 04 68 ce 3c 80`, '7c 85 11 22', '7c 45 33 44');
    expect(frame).to.deep.include({
      chunks: '000000086742e01ff40a0fc8' + '0000000468ce3c80' + '000000056511223344',
      isKey: true,
      width: 320,
      height: 240,
    });
    const configuration = frame !== 'refused' && frame?.codecPrivate?.toString('hex');
    expect(configuration).to.equal('0142e01fffe100086742e01ff40a0fc801000468ce3c80');
  });

  it('drops an H.264 picture that comes without its parameters', () => {
    expect(frameOf(h264.assembler(), '65 11 22')).to.equal(undefined);
  });

  it('gives the units of AV1 their lengths, joins those in several packets, and leaves out what files have not', () => {
    // 320 by 240, from libaom. Around it a delimiter, a picture in two packets, and padding.
    const sequence = '00 00 00 04 3c ff bc da f9 00 40';
    const frame = frameOf(av1.assembler(), `78 01 10 0c 08 ${sequence} 30 10 aa`, 'a0 01 bb 78 cc');
    const unit = `0a0b${sequence.replaceAll(' ', '')}`;
    expect(frame).to.deep.include({ chunks: `${unit}320310aabb`, isKey: true, width: 320, height: 240 });
    // Main profile, level 2.0, 8 bits, 4:2:0.
    expect(frame !== 'refused' && frame?.codecPrivate?.toString('hex')).to.equal(`81000c00${unit}`);
  });

  it('knows AV1 that depends on other pictures, and AV1 whose units are not whole', () => {
    expect(frameOf(av1.assembler(), '10 30 30 01')).to.deep.equal({ chunks: '32023001', isKey: false });
    expect(frameOf(av1.assembler(), '50 30 30')).to.equal(undefined);
    for (const payload of ['20 05 30', '30 01 30', '10 b0 00', '10 32 05 00', '10'])
      expect(frameOf(av1.assembler(), payload)).to.satisfy(
        (frame: unknown) => frame === 'refused' || frame === undefined,
      );
  });

  it('survives whatever else is sent: there is a frame with bytes in it, or none', () => {
    const parts = ['', 'ff', 'ffffffff', '00000000', '0001ff', '80ff7f01ffff'];
    for (const { name, assembler: create } of [vp8, vp9, av1, h264]) {
      const assembler = create();
      let [frames, failures] = [0, 0];
      for (let first = 0; first < 256; first++) {
        for (const rest of parts) {
          const payload = Buffer.concat([Buffer.from([first]), bytes(rest)]);
          const fits = assembler.add(payload);
          const frame = assembler.finish();
          if (!fits || !frame) {
            failures += 1;
            expect(frame, `${name} ${payload.toString('hex')}`).to.equal(undefined);
            continue;
          }
          frames += 1;
          expect(frame.chunks, `${name} ${payload.toString('hex')}`).to.not.be.empty;
          expect(Buffer.concat(frame.chunks).length, `${name} ${payload.toString('hex')}`).to.be.greaterThan(0);
        }
      }
      expect(frames, name).to.be.greaterThan(0);
      expect(failures, name).to.be.greaterThan(0);
      expect(frames + failures, name).to.equal(256 * parts.length);
    }
  });
});
