import { expect } from 'chai';
import { writeNack } from '../../../../media/embedded/rtp/rtcp.js';
import type { ReadRtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { h264, vp8, vp9 } from '../offers.js';

/** How the payloads of one codec are numbered: a descriptor with a picture number and one of the lowest layer. */
interface Numbering {
  readonly offered: typeof vp8;
  readonly write: (picture: number, layer: number, isKey: boolean) => Buffer;
  readonly read: (payload: Buffer) => (number | undefined)[];
}

const word = (picture: number): [number, number] => [0x80 | ((picture >> 8) & 0x7f), picture & 0xff];
const wide = (payload: Buffer, at: number): number => payload.readUInt16BE(at) & 0x7fff;

/** RFC 7741 §4.2 and RFC 9628 §4.2. The picture numbers have 15 bits, or 7. */
const numberings: Readonly<Record<string, Numbering>> = {
  VP8: {
    offered: vp8,
    write: (picture, layer, isKey) => Buffer.from([0x90, 0xc0, ...word(picture), layer & 0xff, isKey ? 0 : 1, 1, 2]),
    read: (payload) => [wide(payload, 2), payload[4]],
  },
  'VP8 with short numbers': {
    offered: vp8,
    write: (picture, layer, isKey) => Buffer.from([0x90, 0xc0, picture & 0x7f, layer & 0xff, isKey ? 0 : 1, 1, 2]),
    read: (payload) => [payload[2], payload[3]],
  },
  VP9: {
    offered: vp9,
    write: (picture, layer, isKey) =>
      Buffer.from([isKey ? 0xa8 : 0xe8, ...word(picture), 0, layer & 0xff, 0x82, 0x49, 0x83, 0x42]),
    read: (payload) => [wide(payload, 1), payload[4]],
  },
};

describe('a subscriber whose source changes', () => {
  let engine: TestEngine;

  beforeEach(() => {
    engine = new TestEngine();
  });

  for (const [name, { offered, write, read }] of Object.entries(numberings)) {
    /** A publisher with numbers of its own, which sends pictures of two packets each, 30 a second. */
    class Source {
      readonly peer: Peer;
      readonly sent: Buffer[] = [];
      #sequence: number;
      #picture: number;

      constructor(readonly first: number) {
        this.peer = engine.publisher({ video: [offered] });
        this.#sequence = first;
        this.#picture = first;
      }

      sends(pictures: number, isKey = true): void {
        for (let count = 0; count < pictures; count++) {
          engine.now += 33;
          const picture = this.#picture++;
          const payload = write(picture, picture, isKey && count === 0);
          for (const marker of [false, true]) {
            const sequence = this.#sequence++;
            const timestamp = this.first * 1000 + picture * 2970;
            this.sent.push(Buffer.from(payload));
            this.peer.sends({
              ssrc: this.first,
              ...offered,
              sequence,
              timestamp,
              marker,
              payload: Buffer.from(payload),
            });
          }
        }
      }
    }

    const steps = (numbers: readonly number[], size: number): number[] =>
      numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0) + size) % size);

    function expectNoJump(packets: readonly ReadRtp[]): void {
      const sequences = packets.map(({ sequence }) => sequence);
      expect(new Set(steps(sequences, 0x1_0000)), 'sequence numbers').to.deep.equal(new Set([1]));
      const pictures = packets.filter(({ marker }) => marker);
      const numbers = pictures.map(({ payload }) => read(payload));
      const size = name.includes('short') ? 0x80 : 0x8000;
      expect(
        new Set(
          steps(
            numbers.map(([picture = -1]) => picture),
            size,
          ),
        ),
        'pictures',
      ).to.deep.equal(new Set([1]));
      expect(
        new Set(
          steps(
            numbers.map(([, layer = -1]) => layer),
            0x100,
          ),
        ),
        'layers',
      ).to.deep.equal(new Set([1]));
      const times = steps(
        pictures.map(({ timestamp }) => timestamp),
        2 ** 32,
      );
      for (const time of times) expect(time, 'timestamps').to.be.within(2900, 3100);
    }

    describe(`of ${name}`, () => {
      it('sees no jump in any number', () => {
        const [one, other] = [new Source(65_530), new Source(250)];
        const subscriber = engine.subscriber(one.peer, { video: [offered] });
        one.sends(20);
        other.peer.endpoint.connect(subscriber.endpoint, 'VIDEO');
        other.sends(20);
        one.peer.endpoint.connect(subscriber.endpoint, 'VIDEO');
        one.sends(20);
        one.peer.endpoint.disconnect(subscriber.endpoint, 'VIDEO');
        other.peer.endpoint.connect(subscriber.endpoint, 'VIDEO');
        other.sends(20);
        expectNoJump(subscriber.received());
      });

      it('gets packets again in the same numbers', () => {
        const [one, other] = [new Source(65_530), new Source(250)];
        for (const repairs of [false, true]) {
          const subscriber = engine.subscriber(one.peer, { video: [offered], repairs });
          one.sends(2);
          other.peer.endpoint.connect(subscriber.endpoint, 'VIDEO');
          other.sends(2);
          const last = subscriber.received().at(-1);
          subscriber.sendsRtcp(writeNack(1, subscriber.announcedSsrc('video'), [last?.sequence ?? -1]));
          const [again] = subscriber.received();
          expect(again?.payload.subarray(repairs ? 2 : 0)).to.deep.equal(last?.payload);
        }
      });

      it('leaves the numbers of others as they are', () => {
        const [one, other] = [new Source(65_530), new Source(250)];
        const subscriber = engine.subscriber(one.peer, { video: [offered] });
        one.sends(2);
        other.peer.endpoint.connect(subscriber.endpoint, 'VIDEO');
        const late = engine.subscriber(other.peer, { video: [offered] });
        other.sends(5);
        expect(late.received().map(({ payload }) => payload)).to.deep.equal(other.sent);
      });
    });
  }

  it('keeps the numbers of a source whose codec is another', () => {
    const first = engine.publisher({ video: [h264] });
    const subscriber = engine.subscriber(first, { video: [h264, vp8] });
    first.sends({ payloadType: h264.payloadType, ssrc: 1, sequence: 1, payload: Buffer.from([0x67, 1, 2, 3]) });
    const second = engine.publisher({ video: [vp8] });
    second.endpoint.connect(subscriber.endpoint, 'VIDEO');
    const payload = Buffer.from([0x90, 0xc0, 0x81, 0x02, 9, 0, 1, 2]);
    second.sends({ payloadType: vp8.payloadType, ssrc: 2, sequence: 1, payload: Buffer.from(payload) });
    expect(subscriber.received().at(-1)?.payload).to.deep.equal(payload);
  });
});
