import { expect } from 'chai';
import { MediaElement } from '../../../../media/embedded/objects/media-element.js';
import { TestEngine } from '../engine.js';
import type { Peer } from '../engine.js';

const packetMs = 20;
const ticks = 960;
const silence = 127;
const quiet = 70;
const speech = 25;
/** Of the offers in these tests. */
const levelId = 1;

/** What one receiver got of one publisher, oldest first. */
type Got = readonly { readonly sequence: number; readonly timestamp: number; readonly marker: boolean }[];

describe('the audio of the N loudest', () => {
  let engine: TestEngine;
  let names: readonly string[];
  let publishers: Map<string, Peer>;
  /** By publisher: the receivers of one client have an endpoint each. */
  let receivers: Map<string, Peer>;
  /** Packets that each has sent. */
  let sent: number;

  function begin(limit: number, ...all: readonly string[]): void {
    engine = new TestEngine();
    names = all;
    publishers = new Map(all.map((name) => [name, engine.publisher()]));
    receivers = new Map([...publishers].map(([name, peer]) => [name, engine.subscriber(peer)]));
    sent = 0;
    engine.pipeline.invoke('setAudioLastN', { audioLastN: limit });
  }

  /** Everybody sends for so long, and says how loud it is. Those that are not named are quiet. */
  function pass(ms: number, levels: Readonly<Record<string, number>> = {}): void {
    for (let passed = 0; passed < ms; passed += packetMs) {
      sent += 1;
      for (const name of names) sends(name, levels[name] ?? quiet);
      engine.pass(packetMs);
    }
  }

  function sends(name: string, db: number | undefined): void {
    publishers.get(name)?.sends({
      ...{ payloadType: 111, ssrc: 11, sequence: sent, timestamp: sent * ticks },
      ...(db !== undefined && { level: { id: levelId, db } }),
    });
  }

  function got(name: string): Got {
    return receivers.get(name)?.received(111) ?? [];
  }

  /** The names of those that are heard, when everybody sends one more packet at that level. */
  function heard(levels: Readonly<Record<string, number>> = {}): string {
    for (const name of names) got(name);
    pass(packetMs, levels);
    return names.filter((name) => got(name).length > 0).join(' ');
  }

  it('is that of everybody at first, and again with 0', () => {
    begin(0, 'ana', 'ben', 'carl');
    expect(heard({ ana: speech })).to.equal('ana ben carl');
    engine.pipeline.invoke('setAudioLastN', { audioLastN: 1 });
    pass(400, { ana: speech });
    expect(heard({ ana: speech })).to.equal('ana');
    expect(engine.pipeline.invoke('getAudioLastN', {})).to.equal(1);
    engine.pipeline.invoke('setAudioLastN', { audioLastN: 0 });
    expect(heard({ ana: speech })).to.equal('ana ben carl');
    expect(() => engine.pipeline.invoke('setAudioLastN', { audioLastN: -1 })).to.throw('should be a count');
  });

  it('has the first packet of a word where the others are quiet', () => {
    begin(2, 'ana', 'ben', 'carl', 'dora');
    pass(2_000);
    for (const speaker of ['dora', 'ana', 'carl', 'ben']) {
      pass(1_000);
      expect(heard({ [speaker]: speech })).to.contain(speaker);
    }
  });

  it('goes on while somebody takes breath, although others make noise', () => {
    begin(1, 'ana', 'ben');
    pass(1_000, { ana: speech });
    for (let ms = 0; ms < 400; ms += packetMs) expect(heard({ ben: 45 }), `after ${ms} ms`).to.equal('ana');
    pass(2_000);
    pass(packetMs, { ben: 45 });
    expect(heard({ ben: 45 }), 'what is louder than a quiet room').to.equal('ben');
  });

  it('is that of those who spoke first as long as all speak, until one of them ceases', () => {
    begin(2, 'ana', 'ben', 'carl');
    pass(500, { ana: speech, ben: speech });
    for (let ms = 0; ms < 2_000; ms += packetMs) {
      expect(heard({ ana: speech, ben: speech, carl: speech })).to.equal('ana ben');
    }
    pass(1_000, { ana: speech, carl: speech });
    expect(heard({ ana: speech, carl: speech })).to.equal('ana carl');
  });

  it('is given to somebody who is clearly louder for a while, and not to a door that slams', () => {
    begin(1, 'ana', 'ben');
    pass(1_000, { ana: speech });
    for (let ms = 0; ms < 100; ms += packetMs) expect(heard({ ana: speech, ben: 0 })).to.equal('ana');
    pass(1_000, { ana: speech });
    pass(1_000, { ana: speech, ben: speech - 12 });
    expect(heard({ ana: speech, ben: speech - 12 })).to.equal('ben');
  });

  it('never has those who are silent, nor those who are muted for all', () => {
    begin(2, 'ana', 'ben', 'carl');
    pass(2_000, { ana: silence, ben: speech, carl: quiet });
    expect(heard({ ana: silence, ben: speech })).to.equal('ben carl');
    pass(2_000, { ana: silence, ben: silence, carl: silence });
    expect(heard({ ana: silence, ben: silence, carl: silence })).to.equal('');
    // A moderator mutes ben: the room disconnects him from all.
    const [source, sink] = [publishers.get('ben')?.endpoint, receivers.get('ben')?.endpoint];
    if (!source || !sink) throw new Error('ben is there');
    source.disconnect(sink, 'AUDIO');
    pass(1_000, { ana: speech, ben: 5, carl: speech });
    expect(heard({ ana: speech, ben: 5, carl: speech })).to.equal('ana carl');
  });

  it('has a place again when somebody leaves', () => {
    begin(1, 'ana', 'ben');
    pass(500, { ana: speech });
    const { id } = publishers.get('ana')?.endpoint ?? {};
    if (id === undefined) throw new Error('ana is there');
    engine.server.release(id);
    names = ['ben'];
    expect(heard({ ben: quiet })).to.equal('ben');
  });

  it('has no gap in its numbers, and times that go on with the clock', () => {
    begin(1, 'ana', 'ben');
    pass(500, { ana: speech, ben: silence });
    pass(2_000, { ben: speech, ana: silence });
    pass(1_500, { ana: speech, ben: silence });
    const packets = got('ana');
    expect(packets.length).to.be.within(50, 150);
    let breaks = 0;
    for (const [index, packet] of packets.entries()) {
      const before = packets[index - 1];
      if (!before) continue;
      expect(packet.sequence).to.equal((before.sequence + 1) & 0xffff);
      const elapsed = packet.timestamp - before.timestamp;
      if (elapsed === ticks) continue;
      breaks += 1;
      expect(elapsed % ticks).to.equal(0);
      expect(elapsed / ticks).to.be.within(30, 110);
      expect(packet.marker, 'a talkspurt begins').to.equal(true);
    }
    expect(breaks).to.equal(1);
  });

  it('has what came late from before a pause no more, so that no number comes twice', () => {
    begin(1, 'ana', 'ben');
    pass(500, { ana: speech, ben: silence });
    pass(1_000, { ben: speech, ana: silence });
    names = ['ben'];
    pass(packetMs, { ben: speech });
    const late = sent;
    names = ['ana', 'ben'];
    pass(1_000, { ben: speech, ana: silence });
    pass(1_000, { ana: speech, ben: silence });
    const last = sent;
    expect(got('ana')).not.to.have.lengthOf(0);
    sent = late;
    sends('ana', speech);
    expect(got('ana')).to.have.lengthOf(0);
    sent = last;
    pass(40, { ana: speech, ben: silence });
    expect(got('ana')).to.have.lengthOf(2);
  });

  it('does not leave out those of whom it is not known how loud they are', () => {
    begin(1, 'ana', 'ben', 'obs');
    names = ['ana', 'ben'];
    pass(500, { ana: speech });
    for (let count = 0; count < 10; count += 1) {
      sent += 1;
      sends('obs', undefined);
    }
    expect(got('obs')).to.have.lengthOf(10);
  });

  it('is not all that a recorder gets', () => {
    begin(1, 'ana', 'ben');
    const recorder = engine.server.create('RecorderEndpoint', {
      mediaPipeline: engine.pipeline.id,
      uri: 'file:///ben.webm',
      mediaProfile: 'WEBM_AUDIO_ONLY',
    });
    const source = publishers.get('ben')?.endpoint;
    if (!(recorder instanceof MediaElement) || !source) throw new Error('both are there');
    source.connect(recorder, 'AUDIO');
    pass(500, { ana: speech });
    expect(heard({ ana: speech })).to.equal('ana');
    expect(recorder.flowsIn.audio.flowing).to.equal(true);
  });
});
