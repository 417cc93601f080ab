import { expect } from 'chai';
import { PeerCall, type Member } from '../../support/peer-call.js';
import { until } from '../../support/until.js';

/** RFC 4585 §6.1: feedback about the payload, such as the wish for a keyframe. */
const payloadFeedback = 206;

describe('a call through the embedded engine with clients that are no browsers', function () {
  this.timeout(60_000);

  let call: PeerCall;
  let pipeline: string;

  before(async () => {
    call = await PeerCall.start();
  });

  after(() => call.stop());

  beforeEach(async () => {
    pipeline = await call.client.create('MediaPipeline');
  });

  afterEach(async () => {
    await call.client.value('release', { object: pipeline });
    expect(await call.client.pipelines()).to.deep.equal([]);
    call.client.events.length = 0;
  });

  const join = (source?: Member): Promise<Member> => call.join(pipeline, source);

  it('carries video to everybody who subscribed, and asks for keyframes', async () => {
    const ann = await join();
    ann.peer.sendVideo(1, 5);
    const subscribers = [await join(ann), await join(ann)];
    await until('a keyframe is asked for', () => ann.peer.controlTypes.includes(payloadFeedback));
    ann.peer.sendVideo(6, 25);
    const expected = Array.from({ length: 20 }, (_value, index) => index + 6);
    for (const { peer } of subscribers) {
      await peer.receives({ video: 20 });
      expect(peer.videoSequence).to.deep.equal(expected);
    }
    call.peers.closeAll();
  });

  it('opens DTLS if it may, because a handshake that comes before the engine’s ICE is connected can fail', async () => {
    const ann = await join();
    expect(ann.answer, 'of a client that insists on opening it').to.contain('a=setup:passive');
    const hidden = await call.join(pipeline, ann, 'hidden browser');
    expect(hidden.answer).to.contain('a=setup:active').and.not.contain('a=setup:passive');
    ann.peer.sendVideo(1, 5);
    await hidden.peer.receives({ video: 5 });
    call.peers.closeAll();
  });

  it('leaves nothing behind, however often it is repeated', async () => {
    const before = call.descriptors;
    // More endpoints than the range has ports: those of released ones are used again.
    for (let round = 0; round < 10; round++) {
      const members = await Promise.all(Array.from({ length: 25 }, () => join()));
      members[0]?.peer.sendVideo(1, 5);
      for (const { endpoint } of members) await call.client.value('release', { object: endpoint });
      call.peers.closeAll();
    }
    await until('the sockets are closed', () => call.descriptors <= before + 3);
  });
});
