import { expect } from 'chai';
import { TestEngine } from '../engine.js';
import type { Peer } from '../engine.js';

const packetMs = 20;
const silence = 127;

/** Of the offers in these tests. */
const levelId = 1;
const transportId = 3;

describe('speakers of a pipeline', () => {
  let engine: TestEngine;
  /** Each time that they changed. */
  let told: { readonly at: number; readonly names: string; readonly levels: readonly number[] }[];
  let names: Map<string, string>;
  let sequence: number;

  beforeEach(() => {
    engine = new TestEngine();
    told = [];
    names = new Map();
    sequence = 0;
    const session = engine.server.sessions.open();
    session.channel = {
      send: (text) => {
        const { params } = JSON.parse(text) as {
          params: { value: { data: { speakers: { endpoint: string; level: number }[] } } };
        };
        const { speakers } = params.value.data;
        told.push({
          at: engine.now,
          names: speakers.map(({ endpoint }) => names.get(endpoint)).join(' '),
          levels: speakers.map(({ level }) => level),
        });
      },
    };
    engine.server.subscriptions.add(session, engine.pipeline, 'ActiveSpeakersChanged');
  });

  function publisher(name: string): Peer {
    const peer = engine.publisher();
    names.set(peer.endpoint.id, name);
    return peer;
  }

  /** Time passes in which each of them sends 50 packets a second. @param levels in dB below the loudest sound */
  function pass(ms: number, levels: ReadonlyMap<Peer, number>, twoByteExtensions = false): void {
    for (let passed = 0; passed < ms; passed += packetMs) {
      sequence += 1;
      for (const [peer, db] of levels) {
        const packet = { payloadType: 111, ssrc: 11, sequence, timestamp: sequence * 960 };
        const transport = { id: transportId, sequence };
        peer.sends({ ...packet, transport, level: { id: levelId, db }, twoByteExtensions });
      }
      engine.pass(packetMs);
    }
  }

  for (const twoBytes of [false, true]) {
    it(`are told by the level that ${twoBytes ? 'two-byte' : 'one-byte'} header extensions have, and for 1 s after`, () => {
      const ana = publisher('ana');
      expect(ana.answer).to.contain('a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level');
      pass(2_000, new Map([[ana, silence]]), twoBytes);
      expect(told).to.deep.equal([]);
      pass(2_000, new Map([[ana, 20]]), twoBytes);
      expect(told[0]).to.deep.include({ names: 'ana' });
      expect(told.at(-1), 'a tenth of the loudest sound, in steps of 6 dB').to.deep.include({
        names: 'ana',
        levels: [0.125],
      });
      const ends = engine.now;
      pass(900, new Map([[ana, silence]]), twoBytes);
      expect(told.at(-1)?.names).to.equal('ana');
      pass(900, new Map([[ana, silence]]), twoBytes);
      expect(told.at(-1)).to.deep.include({ names: '' });
      expect((told.at(-1)?.at ?? 0) - ends).to.be.within(1_000, 1_800);
    });
  }

  it('change within 800 ms when four speak one after the other, wherever that falls', () => {
    const four = ['ana', 'ben', 'carl', 'dora'].map(publisher);
    for (let offset = 0; offset < 400; offset += 4 * packetMs) {
      for (const speaker of four) {
        pass(800, new Map(four.map((each) => [each, each === speaker ? 25 : 70])));
        expect(told.at(-1)?.names.split(' ')[0], `${offset} ms`).to.equal(names.get(speaker.endpoint.id));
      }
      pass(1_600 + offset, new Map(four.map((each) => [each, 70])));
      expect(told.at(-1)?.names).to.equal('');
    }
  });

  it('are not those at whose place a door slams for 100 ms', () => {
    const ana = publisher('ana');
    for (let offset = 0; offset < 400; offset += packetMs) {
      pass(1_200 + offset, new Map([[ana, silence]]));
      pass(100, new Map([[ana, 0]]));
    }
    pass(1_000, new Map([[ana, silence]]));
    expect(told).to.deep.equal([]);
  });

  it('are louder than the limit, and the loudest comes first', () => {
    const [ana, ben, carl] = ['ana', 'ben', 'carl'].map(publisher);
    if (!ana || !ben || !carl) throw new Error('there are three');
    pass(
      2_000,
      new Map([
        [ana, 30],
        [ben, 12],
        [carl, 35],
      ]),
    );
    expect(told.at(-1)).to.deep.include({ names: 'ben ana', levels: [0.25, 0.03125] });
  });

  it('are heard although they say it after a pause, and although every second packet is lost', () => {
    const ana = publisher('ana');
    engine.pass(10_000);
    for (let count = 0; count < 50; count += 1) {
      sequence += 1;
      pass(packetMs, new Map([[ana, 20]]));
      engine.pass(packetMs);
    }
    expect(told.at(-1)?.names).to.equal('ana');
  });

  it('are no more once their endpoint is released', () => {
    const ana = publisher('ana');
    pass(1_000, new Map([[ana, 20]]));
    expect(told.at(-1)?.names).to.equal('ana');
    engine.server.release(ana.endpoint.id);
    engine.pass(450);
    expect(told.at(-1)?.names).to.equal('');
  });

  it('are not known where a client does not say how loud it is', () => {
    const ana = publisher('ana');
    for (let count = 0; count < 100; count += 1) {
      ana.sends({ payloadType: 111, ssrc: 11, sequence: count, transport: { id: transportId, sequence: count } });
      engine.pass(packetMs);
    }
    expect(told).to.deep.equal([]);
  });

  it('end with their pipeline', () => {
    const ana = publisher('ana');
    pass(1_000, new Map([[ana, 20]]));
    const before = told.length;
    engine.server.release(engine.pipeline.id);
    engine.pass(2_000);
    expect(told).to.have.lengthOf(before);
  });
});
