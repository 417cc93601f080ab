import { expect } from 'chai';
import { OutgoingPath } from '../../../../../media/embedded/rtp/bandwidth/outgoing-path.js';
import type { ReceiverPart } from '../../../../../media/embedded/rtp/bandwidth/receiver.js';
import { Receiver } from '../../../../../media/embedded/rtp/bandwidth/receiver.js';
import type { Claim } from '../../../../../media/embedded/rtp/bandwidth/share.js';
import { SimulatedPath } from './simulated-path.js';

const costs = [100_000, 300_000, 1_000_000];

/** A picture in three sizes to one receiver, and what is granted of it is sent. */
class Stream {
  layer = 0;
  wanted = 2;
  readonly priority: number;

  constructor(priority = 0) {
    this.priority = priority;
  }

  get bitrate(): number {
    return costs[this.layer] ?? 0;
  }

  claim(): Claim {
    return { priority: this.priority, area: 1, costs, current: this.layer, wanted: this.wanted };
  }

  granted(layer: number): void {
    this.layer = layer;
  }
}

/** A receiver of these streams, each over a transport of its own, behind one link. */
class Stage {
  readonly receiver = new Receiver();
  readonly link: SimulatedPath;

  constructor(capacity: number, streams: readonly Stream[]) {
    // The receiver adds paths by itself, with what is sent over them.
    const { receiver } = this;
    const estimator = {
      bitrate: undefined,
      add: () => undefined,
      told: receiver.told.bind(receiver),
      beat: receiver.beat.bind(receiver),
    };
    this.link = new SimulatedPath(estimator, { capacity });
    for (const stream of streams) {
      const { path } = this.link.sender(() => stream.bitrate + 40_000);
      this.receiver.add({ path, audioBitrate: 40_000, videoBitrate: stream.bitrate, video: stream });
    }
  }
}

describe('a receiver of several streams', () => {
  it('gets the best layers that its network carries, the one that matters most first, and no long queue', () => {
    const streams = [new Stream(), new Stream(1), new Stream()];
    const { link } = new Stage(1_800_000, streams);
    link.run(20);
    link.longestWait();
    link.run(20);
    const layers = streams.map(({ layer }) => layer);
    expect(layers[1]).to.equal(2);
    expect(Math.min(...layers), 'each has a picture').to.equal(0);
    expect(link.longestWait()).to.be.below(250);
  });

  it('gets all that it wants where there is room', () => {
    const streams = [new Stream(), new Stream()];
    const { link } = new Stage(5_000_000, streams);
    link.run(10);
    expect(streams.map(({ layer }) => layer)).to.deep.equal([2, 2]);
  });

  it('goes without the pictures that matter least where there is no room for all', () => {
    const streams = [new Stream(), new Stream(1), new Stream()];
    const { link } = new Stage(330_000, streams);
    link.run(20);
    expect(streams.map(({ layer }) => layer)).to.deep.equal([-1, 0, -1]);
  });

  it('gets less within two seconds when its network gets narrow, and more again when it is wide', () => {
    const streams = [new Stream(1), new Stream()];
    const { link } = new Stage(3_000_000, streams);
    link.run(10);
    link.conditions.capacity = 700_000;
    link.run(2);
    expect(streams.map(({ layer }) => layer)).to.satisfy(([first = 3]: number[]) => first < 2);
    link.conditions.capacity = 3_000_000;
    link.run(20);
    expect(streams.map(({ layer }) => layer)).to.deep.equal([2, 2]);
  });

  it('is not probed for more than it wants', () => {
    const [stream] = [new Stream()];
    stream.wanted = 0;
    const { link, receiver } = new Stage(5_000_000, [stream]);
    link.run(10);
    expect(receiver.bitrate).to.be.below(350_000);
  });

  it('shares what a limit leaves among pictures that are sent in one size', () => {
    const { receiver, link } = new Stage(1_000_000, []);
    expect(receiver.plainShare, 'nothing shows a limit').to.equal(undefined);
    for (let count = 0; count < 2; count++) {
      const bitrate = (): number => Math.min(2_000_000, receiver.plainShare ?? 2_000_000);
      const { path } = link.sender(bitrate);
      const part: ReceiverPart = {
        path,
        audioBitrate: 0,
        get videoBitrate() {
          return bitrate();
        },
        video: undefined,
      };
      receiver.add(part);
    }
    link.run(15);
    expect(receiver.plainShare).to.be.within(300_000, 520_000);
  });

  describe('that are sent in one size', () => {
    /** A picture in one size, which is sent unless it has been granted nothing for 3 s. Its publisher keeps to no limit. */
    class Plain {
      isSent = true;
      #nothing = 0;

      constructor(
        readonly bitrate: number,
        readonly priority = 0,
      ) {}

      claim(): Claim {
        const current = this.isSent ? 0 : -1;
        return { priority: this.priority, area: 1, costs: [this.bitrate], current, wanted: 0, isOfOneSize: true };
      }

      granted(place: number | undefined): void {
        this.#nothing = place === -1 ? this.#nothing + 1 : 0;
        this.isSent = this.isSent ? this.#nothing < 60 : place === 0;
      }
    }

    function stageOf(capacity: number, streams: readonly Plain[]): { receiver: Receiver; link: SimulatedPath } {
      const { receiver, link } = new Stage(capacity, []);
      for (const stream of streams) {
        const bitrate = (): number => (stream.isSent ? stream.bitrate : 0);
        const { path } = link.sender(() => bitrate() + 40_000);
        const part = {
          ...{ path, audioBitrate: 40_000, video: stream },
          get videoBitrate() {
            return bitrate();
          },
        };
        receiver.add(part);
      }
      return { receiver, link };
    }

    it('stops the one that matters least, where its network takes far less than all, and lets sound through', () => {
      const streams = [new Plain(900_000), new Plain(900_000, 1)];
      const { link } = stageOf(1_150_000, streams);
      link.run(20);
      expect(streams.map(({ isSent }) => isSent)).to.deep.equal([false, true]);
      link.longestWait();
      link.run(10);
      expect(link.longestWait()).to.be.below(250);
    });

    it('stops none where there is room, or where only its publishers need to send a little less', () => {
      for (const capacity of [3_000_000, 1_700_000]) {
        const streams = [new Plain(900_000), new Plain(900_000, 1)];
        stageOf(capacity, streams).link.run(20);
        expect(
          streams.map(({ isSent }) => isSent),
          String(capacity),
        ).to.deep.equal([true, true]);
      }
    });

    it('tells the publisher what fits while its picture has stopped, and takes that', () => {
      const stream = new Plain(900_000);
      const { receiver, link } = stageOf(300_000, [stream]);
      link.run(20);
      expect(stream.isSent).to.equal(false);
      link.run(40);
      const fits = receiver.plainShare ?? 0;
      expect(fits).to.be.within(100_000, 300_000);
      Object.assign(stream, { bitrate: fits });
      link.run(5);
      expect(stream.isSent).to.equal(true);
    });
  });

  it('says nothing of a receiver that tells nothing', () => {
    const receiver = new Receiver();
    const stream = new Stream();
    receiver.add({ path: new OutgoingPath(), audioBitrate: 0, videoBitrate: 100_000, video: stream });
    receiver.beat(50);
    expect([receiver.bitrate, receiver.plainShare, stream.layer]).to.deep.equal([undefined, undefined, 0]);
  });
});
