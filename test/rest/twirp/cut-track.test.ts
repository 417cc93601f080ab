import { expect } from 'chai';
import { RoomServiceClient, TrackType } from 'livekit-server-sdk';
import { OriginalClient } from '../../support/original-client.js';
import { PeerProcess } from '../../support/peer.js';
import type { Peer } from '../../support/peer.js';
import { useServer } from '../../support/server.js';

const key = 'backend';
const secret = 'a-secret-of-more-than-32-characters';

/** Packets of the other kind, long enough for all that was under way when the first came. */
const enough = 25;

describe("LiveKit's RoomService and media", function () {
  this.timeout(60_000);
  const server = useServer({ keys: `${key}: ${secret}` });
  let peers: PeerProcess;
  before(async () => {
    peers = await PeerProcess.start();
  });
  after(() => peers.stop());

  it('a track that is cut carries no packet, whatever its client sends, and is heard again after', async () => {
    const sdk = new RoomServiceClient(new URL('/', server().url).href, key, secret);
    const ana = await OriginalClient.join(server().url, 'r', 'ana', peers);
    const berta = await OriginalClient.join(server().url, 'r', 'berta', peers);
    await ana.publish();
    await berta.client.notified('participantPublished');
    const viewer = await berta.receive('ana');
    await viewer.receives({ audio: 5, video: 5 });
    const { tracks } = await sdk.getParticipant('r', 'ana');
    const sid = tracks.find(({ type }) => type === TrackType.AUDIO)?.sid ?? '';
    await sdk.mutePublishedTrack('r', 'ana', sid, true);
    await moreVideo(viewer);
    const { audio } = viewer.received;
    await moreVideo(viewer);
    expect(viewer.received.audio, 'nothing more is heard').to.equal(audio);
    await sdk.mutePublishedTrack('r', 'ana', sid, false);
    await viewer.receives({ audio: audio + enough });
    await Promise.all([ana.close(), berta.close()]);
  });
});

async function moreVideo(viewer: Peer): Promise<void> {
  await viewer.receives({ video: viewer.received.video + enough });
}
