import { expect } from 'chai';
import { writeReceiverReport } from '../../../../media/embedded/rtp/rtcp.js';
import { keyframe } from '../../../support/rtp.js';
import type { Peer } from '../engine.js';
import { TestEngine } from '../engine.js';

const sound = { payloadType: 111, ssrc: 7 };
const video = { payloadType: 96, ssrc: 8, payload: keyframe };
const report = writeReceiverReport(1, []);
/** RFC 3550 §6.6. */
const goodbye = Buffer.from('81cb000100000007', 'hex');

describe('an endpoint whose client is not heard any more', () => {
  let engine: TestEngine;
  let sequence = 0;

  beforeEach(() => {
    engine = new TestEngine();
  });

  const state = ({ endpoint }: Peer): string => endpoint.states.connection;

  /** Both every 100 ms. */
  function flow(ms: number, each: () => void): void {
    for (let left = ms; left > 0; left -= 100) {
      sequence += 1;
      each();
      engine.pass(100);
    }
  }

  it('is disconnected within ten seconds when it published, and connected again with the next packet', () => {
    const publisher = engine.publisher();
    flow(1000, () => {
      publisher.sends({ ...sound, sequence });
    });
    engine.pass(7000);
    expect(state(publisher)).to.equal('CONNECTED');
    engine.pass(2000);
    expect(state(publisher)).to.equal('DISCONNECTED');
    publisher.sends({ ...sound, sequence });
    expect(state(publisher)).to.equal('CONNECTED');
  });

  it('stays connected when it has said that it sends no more, or never sent', () => {
    const [muted, quiet] = [engine.publisher(), engine.publisher()];
    flow(1000, () => {
      muted.sends({ ...sound, sequence });
    });
    muted.sendsRtcp(goodbye);
    engine.pass(20_000);
    expect([muted, quiet].map(state)).to.deep.equal(['CONNECTED', 'CONNECTED']);
  });

  it('is disconnected when it is sent video and does not report any more, but not if it never has', () => {
    const publisher = engine.publisher();
    const [there, gone, mute] = [1, 2, 3].map(() => engine.subscriber(publisher)) as [Peer, Peer, Peer];
    gone.sendsRtcp(report);
    flow(10_000, () => {
      publisher.sends({ ...video, sequence });
      there.sendsRtcp(report);
    });
    expect([there, gone, mute].map(state)).to.deep.equal(['CONNECTED', 'DISCONNECTED', 'CONNECTED']);
  });

  it('stays connected while it is sent nothing, or sound alone', () => {
    const publisher = engine.publisher();
    const subscriber = engine.subscriber(publisher);
    flow(10_000, () => {
      publisher.sends({ ...sound, sequence });
    });
    flow(1000, () => {
      publisher.sends({ ...video, sequence });
    });
    engine.pass(20_000);
    expect(state(subscriber)).to.equal('CONNECTED');
  });
});
