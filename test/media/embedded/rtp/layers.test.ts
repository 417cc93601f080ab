import { expect } from 'chai';
import type { ReadRtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { vp8 } from '../offers.js';

const names = ['q', 'h', 'f'];
/** Width and height of each layer. */
const sizes = [
  [160, 90],
  [320, 180],
  [640, 360],
] as const;

interface Frame {
  readonly layer: number;
  readonly picture: number;
  readonly isKey: boolean;
}

/** RFC 7741 §4.2 and RFC 6386 §9.1: the numbers, and in keyframes the size. At the end the layer, so that tests know it. */
function write({ layer, picture, isKey }: Frame): Buffer {
  const [width, height] = sizes[layer] ?? [0, 0];
  const size = [0x9d, 0x01, 0x2a, width & 0xff, width >> 8, height & 0xff, height >> 8];
  const descriptor = [0x90, 0xc0, 0x80 | ((picture >> 8) & 0x7f), picture & 0xff, picture & 0xff];
  return Buffer.from([...descriptor, isKey ? 0x10 : 0x11, 2, 0, ...(isKey ? size : []), layer]);
}

const layerOf = ({ payload }: ReadRtp): number => payload.at(-1) ?? -1;
const isKey = ({ payload }: ReadRtp): boolean => ((payload[5] ?? 1) & 1) === 0;
const steps = (numbers: readonly number[], size: number): Set<number> =>
  new Set(numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0) + size) % size));

/** A publisher that sends one picture in three sizes, each with numbers of its own. */
class Source {
  readonly peer: Peer;
  readonly keyframesAskedOf: number[] = [];
  /** Which layers it sends. */
  active = [true, true, true];
  readonly #engine: TestEngine;
  readonly #wanted = new Set([0, 1, 2]);
  readonly #sent = [0, 0, 0];

  /** `offered`: the names in the order of the offer. */
  constructor(engine: TestEngine, offered = names) {
    this.#engine = engine;
    this.peer = engine.publisher({ video: [vp8], layers: offered });
  }

  /** Sends pictures of all layers, 30 a second, and a keyframe where one is asked for. */
  sends(pictures: number): void {
    for (let count = 0; count < pictures; count++) {
      this.#engine.now += 33;
      for (const layer of [0, 1, 2]) if (this.active[layer]) this.#send(layer);
      if (count % 2 === 0) this.#engine.pulse.beat();
      for (const { ssrc } of this.peer.receivedRtcp('pictureLoss')) {
        this.keyframesAskedOf.push(ssrc);
        this.#wanted.add(ssrc - 100);
      }
    }
  }

  #send(layer: number): void {
    const number = this.#sent[layer] ?? 0;
    this.#sent[layer] = number + 1;
    this.peer.sends({
      ...{ ssrc: 100 + layer, payloadType: vp8.payloadType, marker: true },
      sequence: layer * 1000 + number,
      timestamp: layer * 1_000_000 + this.#engine.now * 90,
      // Browsers leave the name out once they know that it has arrived.
      layerName: number < 5 ? { id: 10, text: names[layer] ?? '' } : undefined,
      payload: write({ layer, picture: layer * 500 + number, isKey: this.#wanted.delete(layer) }),
    });
  }
}

describe('a picture that is sent in several sizes', () => {
  let engine: TestEngine;
  let source: Source;

  beforeEach(() => {
    engine = new TestEngine();
    source = new Source(engine);
  });

  function subscriber(wish: object = {}): Peer {
    // It does not tell what has come. shared-bandwidth.test.ts has those that do.
    const peer = engine.subscriber(source.peer, {
      video: [vp8],
      feedback: ['ccm fir', 'nack', 'nack pli', 'goog-remb'],
    });
    peer.endpoint.invoke('setReceiverWish', { wish });
    return peer;
  }

  const received = (peer: Peer): ReadRtp[] => peer.received(vp8.payloadType);
  const layersOf = (packets: readonly ReadRtp[]): number[] => [...new Set(packets.map(layerOf))];

  it('reaches each subscriber in the one that it wants', () => {
    const peers = [subscriber({ maxLayer: 0 }), subscriber({ width: 300, height: 170 }), subscriber()];
    source.sends(60);
    peers.forEach(received);
    source.sends(10);
    expect(peers.map((peer) => layersOf(received(peer)))).to.deep.equal([[0], [1], [2]]);
  });

  it('changes for a subscriber with a keyframe and without a jump in any number', () => {
    const peer = subscriber();
    source.sends(60);
    peer.endpoint.wants({ maxLayer: 0 });
    source.sends(60);
    peer.endpoint.wants({});
    source.sends(60);
    const packets = received(peer);
    const changes = packets.filter((packet, at) => at > 0 && layerOf(packet) !== layerOf(packets[at - 1] ?? packet));
    expect(changes.map((packet) => [layerOf(packet), isKey(packet)]).slice(-2)).to.deep.equal([
      [0, true],
      [2, true],
    ]);
    expect(
      steps(
        packets.map(({ sequence }) => sequence),
        0x1_0000,
      ),
    ).to.deep.equal(new Set([1]));
    expect(
      steps(
        packets.map(({ payload }) => payload.readUInt16BE(2) & 0x7fff),
        0x8000,
      ),
    ).to.deep.equal(new Set([1]));
    expect(
      steps(
        packets.map(({ payload }) => payload[4] ?? 0),
        0x100,
      ),
    ).to.deep.equal(new Set([1]));
    for (const step of steps(
      packets.map(({ timestamp }) => timestamp),
      2 ** 32,
    ))
      expect(step).to.be.within(1, 6000);
    expect(new Set(packets.map(({ ssrc }) => ssrc)).size).to.equal(1);
  });

  it('asks for keyframes of the layer that a subscriber lacks alone', () => {
    subscriber();
    source.sends(60);
    source.keyframesAskedOf.length = 0;
    subscriber({ maxLayer: 0 });
    source.sends(30);
    // That of the largest is for a subscriber of which nothing is known yet.
    expect(source.keyframesAskedOf).to.include(100).and.not.include(101);
  });

  it('goes on in a smaller one when the publisher stops the larger, and in the larger when that is back', () => {
    const peer = subscriber();
    source.sends(60);
    source.active = [true, true, false];
    source.sends(60);
    received(peer);
    source.sends(10);
    expect(layersOf(received(peer))).to.deep.equal([1]);
    source.active = [true, true, true];
    source.sends(60);
    received(peer);
    source.sends(10);
    expect(layersOf(received(peer))).to.deep.equal([2]);
  });

  it('may be offered with the largest first', () => {
    source = new Source(engine, [...names].reverse());
    const [least, most] = [subscriber({ maxLayer: 0 }), subscriber()];
    source.sends(60);
    [least, most].forEach(received);
    source.sends(10);
    expect([least, most].map((each) => layersOf(received(each)))).to.deep.equal([[0], [2]]);
  });

  it('is repaired in the layer whose name the retransmission bears', () => {
    const peer = subscriber();
    source.sends(60);
    received(peer);
    const again = { layer: 2, picture: 555, isKey: false };
    const payload = Buffer.concat([Buffer.from([(2060 >> 8) & 0xff, 2060 & 0xff]), write(again)]);
    source.peer.sends({ ssrc: 900, payloadType: 97, sequence: 1, payload, layerName: { id: 11, text: 'f' } });
    expect(received(peer).map(layerOf)).to.deep.equal([2]);
  });

  it('tells the publisher which layers are wanted: at once, and 5 s after one is not any more', () => {
    const told: unknown[] = [];
    const { endpoint } = source.peer;
    endpoint.raise = (event, fields) => {
      if (event === 'LayersWanted') told.push(fields?.layers);
    };
    const [one, other] = [subscriber({ maxLayer: 0 }), subscriber()];
    source.sends(60);
    expect(told).to.deep.equal([]);
    engine.pass(5000);
    expect(told).to.deep.equal([[true, false, true]]);
    other.endpoint.wants({ maxLayer: 1 });
    engine.pass(100);
    expect(told.at(-1)).to.deep.equal([true, true, true]);
    for (const each of [one, other]) endpoint.disconnect(each.endpoint, 'VIDEO');
    engine.pass(4000);
    expect(told.length).to.equal(2);
    engine.pass(2000);
    expect(told.at(-1)).to.deep.equal([false, false, false]);
    endpoint.connect(one.endpoint, 'VIDEO');
    engine.pass(100);
    expect(told.at(-1)).to.deep.equal([true, false, false]);
    expect(endpoint.invoke('getLayersWanted', {})).to.deep.equal([true, false, false]);
  });
});
