import { expect } from 'chai';
import { ReceivedStream } from '../../load/received-stream.js';
import { Spread } from '../../load/spread.js';
import { audioPacket, ageOf, videoPackets } from '../../load/synthetic-media.js';
import { readingIn } from '../../load/usage.js';
import { readRtp } from '../support/rtp.js';

describe('the figures of a load test', () => {
  it('has quantiles of values that several processes have seen', () => {
    const [all, other] = [new Spread(), new Spread()];
    expect(all.quantile(0.5)).to.equal(undefined);
    for (let ms = 1; ms <= 50; ms += 1) all.add(ms);
    for (let ms = 51; ms <= 100; ms += 1) other.add(ms);
    all.merge(JSON.parse(JSON.stringify(other.counts)) as Record<string, number>);
    expect(all.count).to.equal(100);
    expect(all.quantile(0.5)).to.be.closeTo(50, 2.5);
    expect(all.quantile(0.95)).to.be.closeTo(95, 5);
    all.add(0);
    expect(all.quantile(0)).to.equal(0.1);
  });

  it('counts what is missing between packets, not what comes late', () => {
    const stream = new ReceivedStream(new Spread());
    expect(stream).to.include({ lost: 0, kbps: 0 });
    for (const [now, sequence] of [65_534, 65_535, 1, 0, 4].entries()) {
      stream.hear(audioPacket({ sequence, timestamp: 0 }), now);
    }
    expect(stream).to.include({ packets: 5, lost: 2 });
    expect(stream.kbps).to.be.greaterThan(0);
  });

  it('makes packets that are as old as they are, and frames that a server can tell apart', () => {
    const [first, ...rest] = videoPackets({ sequence: 65_535, timestamp: 90_000, isKeyframe: true, bytes: 3_000 });
    const [head, ...tail] = [first, ...rest].map((packet) => readRtp(packet ?? Buffer.alloc(12)));
    expect(head).to.include({ sequence: 65_535, timestamp: 90_000, marker: false });
    expect(head?.payload.subarray(0, 7).toString('hex'), 'begins a keyframe').to.equal('10100200' + '9d012a');
    expect(tail.map(({ sequence, marker, payload }) => [sequence, marker, payload[0]])).to.deep.equal([
      [0, false, 0],
      [1, true, 0],
    ]);
    const [other] = videoPackets({ sequence: 0, timestamp: 0, isKeyframe: false, bytes: 10 });
    expect(readRtp(other ?? Buffer.alloc(12)).payload[1], 'no keyframe').to.equal(0x11);
    for (const packet of [first, ...rest, other, audioPacket({ sequence: 1, timestamp: 960 })]) {
      expect(ageOf(packet ?? Buffer.alloc(0)))
        .to.be.at.least(0)
        .and.below(10_000);
    }
    expect(ageOf(Buffer.alloc(200)), 'of a packet that is not ours').to.equal(undefined);
  });

  it('reads the figures of the server, or none', () => {
    const text = [
      '# TYPE process_cpu_seconds_total counter',
      'process_cpu_seconds_total 1.5',
      'process_resident_memory_bytes 1e8',
      'nodejs_eventloop_lag_p99_seconds 0.012',
    ].join('\n');
    expect(readingIn(text)).to.deep.equal({ cpuS: 1.5, memoryBytes: 1e8, eventLoopS: 0.012 });
    expect(readingIn('<html>')).to.equal(undefined);
  });
});
