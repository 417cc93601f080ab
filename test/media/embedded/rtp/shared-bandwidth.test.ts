import { expect } from 'chai';
import { z } from 'zod';
import { TransportFeedback } from '../../../../media/embedded/rtp/transport-feedback.js';
import type { ReadRtp } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';
import { vp8 } from '../offers.js';

/** Bytes of a picture in each of the layers: about 70, 290 and 720 kbit/s. */
const sizes = [300, 1200, 3000];
const pictureMs = 33;
/** RFC 7741 §4.2 and RFC 6386 §9.1: a descriptor, a tag, and in keyframes 320 by 180 pixels. */
const descriptor = [0x90, 0x80, 1];
const keyframe = [0x10, 2, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00];

/** A publisher that sends one picture in three sizes, and a keyframe of each that is asked for. */
class Publisher {
  readonly peer: Peer;
  readonly #wanted = new Set([0, 1, 2]);
  #pictures = 0;
  #layersWanted: readonly boolean[] = [true, true, true];

  constructor(engine: TestEngine) {
    this.peer = engine.publisher({ video: [vp8], layers: ['q', 'h', 'f'] });
  }

  /** From now on it sends only the layers that somebody wants. */
  heedsWishes(): void {
    this.peer.endpoint.raise = (event, fields) => {
      if (event === 'LayersWanted') this.#layersWanted = z.array(z.boolean()).parse(fields?.layers);
    };
  }

  send(): void {
    for (const { ssrc } of this.peer.receivedRtcp('pictureLoss')) this.#wanted.add(ssrc - 100);
    const sequence = (this.#pictures += 1);
    sizes.forEach((size, layer) => {
      if (!this.#layersWanted[layer]) return;
      const head = this.#wanted.delete(layer) ? keyframe : [0x11, 2, 0];
      const payload = Buffer.concat([Buffer.from([...descriptor, ...head]), Buffer.alloc(size, layer)]);
      const layerName = { id: 10, text: ['q', 'h', 'f'][layer] ?? '' };
      const stream = { ssrc: 100 + layer, payloadType: vp8.payloadType, marker: true };
      this.peer.sends({ ...stream, sequence, timestamp: sequence * 2970, layerName, payload });
    });
  }
}

describe('pictures in several sizes that share the network of one receiver', () => {
  let engine: TestEngine;
  let publishers: readonly Publisher[];
  let receivers: readonly { readonly peer: Peer; readonly feedback: TransportFeedback }[];
  /** Of the link to the receiver, in bit/s. */
  let capacity: number;
  /** When the link is free again. */
  let freeAt: number;

  beforeEach(() => {
    engine = new TestEngine();
    [capacity, freeAt] = [2_500_000, 0];
    publishers = [new Publisher(engine), new Publisher(engine)];
    receivers = publishers.map(({ peer: source }, priority) => {
      const peer = engine.subscriber(source, { video: [vp8] });
      peer.endpoint.invoke('setReceiverWish', { wish: { receiver: 'ann', priority } });
      return { peer, feedback: new TransportFeedback() };
    });
  });

  /** Lets pictures pass for so many seconds. @returns the layers of each that came in the last one; those of retransmissions aside */
  function watch(seconds: number): number[][] {
    const layers: Set<number>[] = receivers.map(() => new Set());
    for (const end = engine.now + seconds * 1000; engine.now < end;) {
      for (const publisher of publishers) publisher.send();
      receivers.forEach(({ peer, feedback }, place) => {
        for (const packet of peer.received()) {
          cross(packet, feedback);
          const layer = packet.payload.at(-1);
          if (packet.payloadType === vp8.payloadType && end - engine.now < 1000 && layer !== undefined)
            layers[place]?.add(layer);
        }
      });
      engine.pass(pictureMs);
      for (const { peer, feedback } of receivers) for (const message of feedback.take(1, 2)) peer.sendsRtcp(message);
    }
    return layers.map((each) => [...each]);
  }

  function cross(packet: ReadRtp, feedback: TransportFeedback): void {
    const wait = Math.max(0, freeAt - engine.now);
    if (wait > 400) return;
    freeAt = engine.now + wait + (packet.payload.length * 8000) / capacity;
    feedback.arrived(packet.extensions.get(3)?.readUInt16BE(0) ?? 0, freeAt + 20);
  }

  it('are all as good as the receiver wants where there is room', () => {
    expect(watch(8)).to.deep.equal([[2], [2]]);
  });

  it('are small before the one that matters more gets worse', () => {
    capacity = 1_150_000;
    watch(15);
    const [less = [], more = []] = watch(10);
    expect(more).to.deep.equal([2]);
    expect(less).to.deep.equal([0]);
  });

  it('get larger one size at a time, although publishers send only what is wanted', () => {
    for (const publisher of publishers) publisher.heedsWishes();
    capacity = 250_000;
    watch(20);
    expect(watch(1)).to.deep.equal([[0], [0]]);
    capacity = 900_000;
    watch(40);
    expect(watch(5)).to.deep.equal([[1], [1]]);
  });

  it('stop, the one that matters least first, and come again with a keyframe', () => {
    watch(5);
    capacity = 130_000;
    watch(10);
    const [less] = watch(5);
    expect(less).to.deep.equal([]);
    capacity = 50_000;
    watch(10);
    expect(watch(2)).to.deep.equal([[], []]);
    capacity = 2_500_000;
    expect(watch(25)).to.deep.equal([[2], [2]]);
  });
});
