import { expect } from 'chai';
import fc from 'fast-check';
import { vp8 } from '../../../../media/embedded/codecs/vp8.js';
import { RtpPacket } from '../../../../media/embedded/rtp/rtp-packet.js';
import { writeNack } from '../../../../media/embedded/rtp/rtcp.js';
import { allPictures, Thinning } from '../../../../media/embedded/rtp/thinning.js';
import { TransportFeedback } from '../../../../media/embedded/rtp/transport-feedback.js';
import type { ReadRtp } from '../../../support/rtp.js';
import { rtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { vp8 as offered } from '../offers.js';

/** Temporal layers of eight pictures as Chromium sends them; those with `true` need the lowest layer alone. */
const pattern = [
  [0, false],
  [2, true],
  [1, true],
  [2, false],
  [0, false],
  [2, false],
  [1, false],
  [2, false],
] as const;

interface Written {
  readonly picture: number;
  readonly layer: number;
  readonly isSync: boolean;
  readonly isKey: boolean;
  readonly isFirst: boolean;
}

/** RFC 7741 §4.2: a descriptor with PictureID, TL0PICIDX, TID, Y and KEYIDX; and in keyframes the size, RFC 6386 §9.1. */
function write({ picture, layer, isSync, isKey, isFirst }: Written, bytes = 20): Buffer {
  const lowest = Math.floor(picture / 4) & 0xff;
  const last = (layer << 6) | (isSync ? 0x20 : 0);
  const head = [isFirst ? 0x90 : 0x80, 0xe0, 0x80 | ((picture >> 8) & 0x7f), picture & 0xff, lowest, last];
  const frame = isKey ? [0x10, 2, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00] : [0x11, 2, 0];
  return Buffer.concat([Buffer.from([...head, ...(isFirst ? frame : [])]), Buffer.alloc(bytes)]);
}

const pictureOf = ({ payload }: Pick<ReadRtp, 'payload'>): number => payload.readUInt16BE(2) & 0x7fff;
const layerOf = ({ payload }: Pick<ReadRtp, 'payload'>): number => (payload[5] ?? 0) >> 6;
const lowestOf = ({ payload }: Pick<ReadRtp, 'payload'>): number => payload[4] ?? 0;

/** Steps from each number to the next one. */
function steps(numbers: readonly number[]): number[] {
  return [...new Set(numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0)))];
}

describe('pictures of which a receiver does not get all', () => {
  let engine: TestEngine;
  let publisher: Peer;
  let pictures = 0;
  let isKeyframeWanted = true;

  beforeEach(() => {
    engine = new TestEngine();
    publisher = engine.publisher({ video: [offered] });
    [pictures, isKeyframeWanted] = [0, true];
  });

  /** So many pictures of two packets each, 30 a second. */
  function send(count: number): void {
    for (let sent = 0; sent < count; sent++, pictures++) {
      engine.pass(33);
      if (publisher.receivedRtcp('pictureLoss').length > 0) isKeyframeWanted = true;
      const [layer, isSync] = pattern[pictures % pattern.length] ?? [0, false];
      const isKey = isKeyframeWanted && layer === 0;
      if (isKey) isKeyframeWanted = false;
      for (const isFirst of [true, false])
        publisher.sends({
          ...{ ssrc: 7, payloadType: offered.payloadType, sequence: 2 * pictures + (isFirst ? 0 : 1) },
          ...{ timestamp: pictures * 2970, marker: !isFirst },
          payload: write({ picture: pictures, layer, isSync, isKey, isFirst }),
        });
    }
  }

  const received = (peer: Peer): ReadRtp[] => peer.received(offered.payloadType);
  const wish = (peer: Peer, maxFrameRate?: number): void => {
    peer.endpoint.invoke('setReceiverWish', { wish: { maxFrameRate } });
  };

  it('are as many in a second as it wishes, without a gap in the numbers of packets and pictures', () => {
    const peer = engine.subscriber(publisher, { video: [offered] });
    send(64);
    const all: ReadRtp[] = received(peer);
    for (const [maxFrameRate, rate, layers] of [
      [15, 15, [0, 1]],
      [10, 7.5, [0]],
      [1, 7.5, [0]],
      [15, 15, [0, 1]],
      [0, 7.5, [0]],
      [undefined, 30, [0, 1, 2]],
    ] as const) {
      wish(peer, maxFrameRate);
      // A picture that needs none of those that were left out comes once in eight.
      send(24);
      all.push(...received(peer));
      send(80);
      const packets = received(peer);
      expect(packets.length / 2, String(maxFrameRate)).to.equal((80 / 30) * rate);
      expect([...new Set(packets.map(layerOf))].sort(), String(maxFrameRate)).to.deep.equal(layers);
      all.push(...packets);
    }
    expect(steps(all.map(({ sequence }) => sequence))).to.deep.equal([1]);
    expect(steps(all.map(pictureOf)).sort()).to.deep.equal([0, 1]);
    expect(steps(all.map(lowestOf)).every((step) => step === 0 || step === 1)).to.equal(true);
  });

  it('are again more only from one that needs no picture which was left out', () => {
    const peer = engine.subscriber(publisher, { video: [offered] });
    send(64);
    wish(peer, 1);
    send(32);
    received(peer);
    for (let offset = 0; offset < 8; offset++) {
      wish(peer, 1);
      send(16);
      received(peer);
      send(offset);
      wish(peer);
      send(24);
      const first = new Map<number, ReadRtp>();
      for (const packet of received(peer)) if (!first.has(layerOf(packet))) first.set(layerOf(packet), packet);
      for (const layer of [1, 2])
        expect((first.get(layer)?.payload[5] ?? 0) & 0x20, `layer ${layer} after ${offset}`).to.equal(0x20);
      send((8 - (pictures % 8)) % 8);
      received(peer);
    }
  });

  it('are left out for one receiver alone, and are sent again in the numbers that they had', () => {
    const peers = [
      engine.subscriber(publisher, { video: [offered] }),
      engine.subscriber(publisher, { video: [offered] }),
    ];
    const [few, all] = peers;
    if (!few || !all) return;
    send(64);
    wish(few, 10);
    send(64);
    const packets = received(few);
    expect(received(all).length).to.equal(2 * pictures);
    const asked = packets.slice(-12);
    few.sendsRtcp(
      writeNack(
        1,
        few.announcedSsrc('video'),
        asked.map(({ sequence }) => sequence),
      ),
    );
    // RFC 4588 §4: the former number comes first.
    const again = few
      .received(97)
      .map(({ payload }) => ({ sequence: payload.readUInt16BE(0), payload: payload.subarray(2) }));
    expect(again).to.deep.equal(asked.map(({ sequence, payload }) => ({ sequence, payload })));
  });

  it('are all there again for one that wishes so, also when their numbers begin anew', () => {
    const peer = engine.subscriber(publisher, { video: [offered] });
    send(64);
    wish(peer, 1);
    send(64);
    wish(peer);
    send(1200);
    received(peer);
    send(16);
    expect(new Set(received(peer).map(layerOf))).to.deep.equal(new Set([0, 1, 2]));
  });
});

describe('the leaving out of pictures', () => {
  const anyPicture = fc.record({
    packets: fc.integer({ min: 1, max: 3 }),
    /** What is wanted from then on. */
    most: fc.constantFrom(undefined, undefined, undefined, 0, 1, allPictures),
    /** How many packets later each of its packets comes. */
    late: fc.array(fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 9), { minLength: 3, maxLength: 3 }),
  });

  it('leaves no gap, gives no number twice, and keeps no picture that needs one which is missing, but those that come late as a whole', () => {
    fc.assert(
      fc.property(fc.array(anyPicture, { minLength: 1, maxLength: 60 }), (plan) => {
        let sequence = 0;
        const arrivals = plan.flatMap(({ packets, late, most }, picture) =>
          Array.from({ length: packets }, (_, place) => {
            const [layer, isSync] = pattern[picture % pattern.length] ?? [0, false];
            const payload = write({ picture, layer, isSync, isKey: picture === 0, isFirst: place === 0 });
            const bytes = rtp({ ssrc: 1, payloadType: 96, sequence: sequence++, timestamp: 3000 * picture, payload });
            // The first picture is there before anything is left out.
            const delay = picture === 0 ? 0 : (late[place] ?? 0);
            return { bytes, at: sequence + delay + 0.5 * Math.sign(delay), most };
          }),
        );
        arrivals.sort((one, other) => one.at - other.at);
        if (!vp8.temporal) throw new Error('VP8 has temporal layers');
        const first = { from: 0, offset: 0, shift: undefined };
        const thinning = new Thinning(vp8, vp8.temporal, allPictures, { extended: -1, timestamp: Number.NaN }, first);
        const packet = new RtpPacket();
        const numbers: number[] = [];
        const kept = new Map<number, { readonly as: number; packets: number }>();
        const inTime = new Set<number>();
        for (const { bytes, most } of arrivals) {
          if (most !== undefined) thinning.most = most;
          packet.parse(bytes, 0);
          packet.extended = packet.sequence;
          if (packet.extended > thinning.newest) inTime.add(packet.timestamp / 3000);
          const run = thinning.take(packet);
          if (!run) continue;
          numbers.push(packet.extended + run.offset);
          if (packet.extended < thinning.newest && thinning.isOfLeftOut(packet, run)) continue;
          run.shift?.apply(packet.body);
          const as = packet.body.readUInt16BE(12 + 2) & 0x7fff;
          run.shift?.undo(packet.body);
          const picture = packet.timestamp / 3000;
          const before = kept.get(picture);
          if (before) expect(before.as, 'one number for each picture').to.equal(as);
          kept.set(picture, { as, packets: (before?.packets ?? 0) + 1 });
        }
        expect([...numbers].sort((one, other) => one - other)).to.deep.equal(numbers.map((_, index) => index));
        const inOrder = [...kept].sort(([one], [other]) => one - other);
        expect(inOrder.map(([, { as }]) => as)).to.deep.equal(inOrder.map((_, index) => index));
        for (const [picture, { packets }] of inOrder) expect(packets, 'whole').to.equal(plan[picture]?.packets);
        const lacking = needs(inOrder.map(([picture]) => picture));
        expect(lacking.filter((picture) => inTime.has(picture))).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  /** Pictures that need one which is not there: the last of each layer up to their own; a synchronized one of the lowest layer alone. */
  function needs(kept: readonly number[]): number[] {
    const present = new Set(kept);
    return kept.filter((picture) => {
      const [layer, isSync] = pattern[picture % pattern.length] ?? [0, false];
      const lasts = [0, 1, 2]
        .filter((each) => (isSync ? each === 0 : each <= layer))
        .map((each) => lastOf(each, picture));
      return lasts.some((last) => last !== undefined && !present.has(last));
    });
  }

  function lastOf(layer: number, before: number): number | undefined {
    for (let picture = before - 1; picture >= 0; picture--)
      if (pattern[picture % pattern.length]?.[0] === layer) return picture;
    return undefined;
  }
});

/** Bytes of a picture in each of the layers: about 70, 290 and 720 kbit/s. */
const sizes = [300, 1200, 3000];

describe('a receiver whose network takes more than one size and less than the next', () => {
  it('gets the larger one with fewer pictures, and all of them before a larger size', () => {
    const engine = new TestEngine();
    const publisher = engine.publisher({ video: [offered], layers: ['q', 'h', 'f'] });
    const peer = engine.subscriber(publisher, { video: [offered] });
    const feedback = new TransportFeedback();
    const wanted = new Set([0, 1, 2]);
    let [capacity, freeAt, picture] = [3_000_000, 0, 0];

    function watch(seconds: number): { size: number; rate: number } {
      let frames: ReadRtp[] = [];
      for (const end = engine.now + seconds * 1000; engine.now < end; picture++) {
        for (const { ssrc } of publisher.receivedRtcp('pictureLoss')) wanted.add(ssrc - 100);
        sizes.forEach((bytes, size) => {
          const [layer, isSync] = pattern[picture % pattern.length] ?? [0, false];
          const isKey = layer === 0 && wanted.delete(size);
          const payload = write({ picture, layer, isSync, isKey, isFirst: true }, bytes);
          payload[payload.length - 1] = size;
          const name = { id: 10, text: ['q', 'h', 'f'][size] ?? '' };
          publisher.sends({
            ...{ ssrc: 100 + size, payloadType: offered.payloadType, marker: true, sequence: picture, layerName: name },
            ...{ timestamp: picture * 2970, payload },
          });
        });
        for (const packet of peer.received()) {
          const wait = Math.max(0, freeAt - engine.now);
          if (wait > 400) continue;
          freeAt = engine.now + wait + (packet.payload.length * 8000) / capacity;
          feedback.arrived(packet.extensions.get(3)?.readUInt16BE(0) ?? 0, freeAt + 20);
          if (packet.payloadType === offered.payloadType) frames.push(packet);
        }
        engine.pass(33);
        for (const message of feedback.take(1, 2)) peer.sendsRtcp(message);
        if (end - engine.now > 3000) frames = [];
      }
      const size = Math.max(...frames.map(({ payload }) => payload.at(-1) ?? -1));
      return { size, rate: frames.length / 3 };
    }

    expect(watch(15)).to.satisfy(({ size, rate }: { size: number; rate: number }) => size === 2 && rate > 28);
    capacity = 600_000;
    expect(watch(15)).to.satisfy(({ size, rate }: { size: number; rate: number }) => size === 2 && rate < 20);
    capacity = 340_000;
    expect(watch(15)).to.satisfy(({ size, rate }: { size: number; rate: number }) => size === 1 || rate < 10);
    capacity = 3_000_000;
    expect(watch(25)).to.satisfy(({ size, rate }: { size: number; rate: number }) => size === 2 && rate > 28);
  });
});
