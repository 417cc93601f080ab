import { expect } from 'chai';
import { useServer } from '../../support/server.js';
import { PeerProcess, sections } from '../../support/peer.js';
import type { Peer } from '../../support/peer.js';
import { until } from '../../support/until.js';

/** Encoders and players of libdatachannel, which OBS has too: an offer without candidates, and no request afterwards but DELETE. */
describe('an encoder over WHIP, and a player over WHEP', function () {
  this.timeout(90_000);
  const server = useServer();
  let peers: PeerProcess;
  before(async () => {
    peers = await PeerProcess.start();
  });
  afterEach(async () => {
    peers.closeAll();
    await until('nobody is left', async () => (await rooms()).length === 0);
  });
  after(() => peers.stop());

  const rooms = async (): Promise<readonly unknown[]> =>
    (await (await fetch(`${server().url}getAllRooms`)).json()) as readonly unknown[];

  async function ask(path: string, peer: Peer, change = (offer: string): string => offer): Promise<Response> {
    const headers = { 'Content-Type': 'application/sdp' };
    return fetch(new URL(path, server().url), { method: 'POST', headers, body: change(peer.offer) });
  }

  async function open(path: string, direction: 'sendonly' | 'recvonly'): Promise<{ peer: Peer; session: string }> {
    const wanted = sections(direction).map((section) =>
      section.kind === 'video' ? { ...section, codec: 'H264' as const } : section,
    );
    const peer = await peers.open({ sections: wanted });
    expect(peer.offer).to.not.include('a=candidate');
    const answer = await ask(path, peer);
    const sdp = await answer.text();
    expect(answer.status, sdp).to.equal(201);
    expect(sdp).to.include('H264').and.include('a=end-of-candidates');
    peer.accept(sdp);
    await peer.connected();
    return { peer, session: answer.headers.get('location') ?? '' };
  }

  it('H.264 and Opus come through as they are, until the encoder ends it', async () => {
    const { peer: encoder, session } = await open('whip/studio', 'sendonly');
    encoder.play();
    const [publisher] = [...(server().rooms.find('studio')?.participants ?? [])];
    const { peer: player } = await open(`whep/studio/${publisher?.id ?? ''}`, 'recvonly');
    await player.receives({ audio: 20, video: 20 });
    await until('the encoder is asked for a keyframe', () => encoder.keyframesWanted > 0);
    const deleted = await fetch(new URL(session, server().url), { method: 'DELETE' });
    expect(deleted.status).to.equal(200);
  });

  it('a codec that the media server does not have refuses all, and leaves nothing', async () => {
    const peer = await peers.open({ sections: sections('sendonly') });
    const answer = await ask('whip/studio', peer, (offer) => offer.replace('VP8/90000', 'H266/90000'));
    expect(answer.status, await answer.text()).to.equal(406);
    expect(await rooms()).to.deep.equal([]);
  });
});
