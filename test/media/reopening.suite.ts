import { expect } from 'chai';
import { EndpointEvents } from '../support/media-listeners.js';
import { RoomOfPeers } from '../support/room-of-peers.js';
import { codeOf } from '../support/rejection.js';
import { until } from '../support/until.js';
import { useMediaStage } from './media-stage.js';
import type { MediaServerUnderTest, Through } from './media-stage.js';

/** How a publication goes on over another endpoint, on every media server. */
export function describeReopening(name: string, server: () => MediaServerUnderTest, through?: Through): void {
  describe(`a publication with another connection › ${name}`, () => {
    let room: RoomOfPeers;
    // Before the stage looks at what is left.
    afterEach(async () => {
      room.close();
      await until('the room has let go of its pipeline', () => stage().engine.load.pipelines <= 1);
    });
    const stage = useMediaStage(server, through);

    beforeEach(() => {
      const { bindAddress, peers } = server();
      room = new RoomOfPeers(stage().media, peers, bindAddress);
    });

    it('is received by all that received it before, who do nothing, and comes back to its publisher', async () => {
      const [ana, ben, cleo] = [room.join('ana'), room.join('ben'), room.join('cleo')];
      const first = await ana.publish('sendrecv', { loopback: true });
      const [bens, cleos] = await Promise.all([ben.receive(ana), cleo.receive(ana)]);
      await cleo.participant.subscriptionTo(ana.participant)?.mute('video');
      await Promise.all([bens, cleos, first].map((peer) => peer.receives({ audio: 10 })));
      await bens.receives({ video: 10 });
      const before = (await stage().elements()).length;
      const told = [ben, cleo].map((each) => each.told.length);
      first.close();

      const second = await ana.reopen('sendrecv');

      const { audio, video } = bens.received;
      const muted = cleos.received.video;
      await bens.receives({ audio: audio + 20, video: video + 20 });
      await cleos.receives({ audio: cleos.received.audio + 20 });
      await second.receives({ audio: 10, video: 10 });
      // A few may have been under way.
      expect(cleos.received.video).to.be.below(muted + 10);
      expect([ben, cleo].map((each) => each.told.length)).to.deep.equal(told);
      await until('the former endpoint is gone', async () => (await stage().elements()).length === before);
    });

    it('goes on as it was where the media server refuses the offer', async () => {
      const [ana, ben] = [room.join('ana'), room.join('ben')];
      await ana.publish('sendonly');
      const subscriber = await ben.receive(ana);
      await subscriber.receives({ audio: 10, video: 10 });
      const before = (await stage().elements()).length;
      expect(await codeOf(ana.participant.reopen('Would you care for a call?'))).to.equal('offer-refused');
      await subscriber.receives({ audio: subscriber.received.audio + 20, video: subscriber.received.video + 20 });
      await until('nothing more is there', async () => (await stage().elements()).length === before);
    });

    it('may carry messages of data channels to another endpoint too', async () => {
      const source = await stage().pipeline.createEndpoint({ dataChannels: true }, new EndpointEvents());
      const sink = await stage().pipeline.createEndpoint({ dataChannels: true }, new EndpointEvents());
      await source.connect(sink, 'data');
      await source.disconnect(sink, 'data');
    });
  });
}
