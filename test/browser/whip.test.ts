import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { PeerProcess, sections, withRids } from '../support/peer.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { plays } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { Visitor, patienceMs } from './visitor.js';

/** A client of WHIP or WHEP in a page, which restarts ICE as RFC 9725 §4.3.3 says. */
const client = `(() => {
  const sdp = { 'Content-Type': 'application/sdp' };
  const fragmentType = { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '"*"' };
  const client = (window.client = {
    async begin(path, media) {
      const peer = (client.peer = new RTCPeerConnection());
      for (const track of media?.getTracks() ?? []) peer.addTransceiver(track, { direction: 'sendonly' });
      if (!media) for (const kind of ['audio', 'video']) peer.addTransceiver(kind, { direction: 'recvonly' });
      await peer.setLocalDescription();
      const answer = await fetch(path, { method: 'POST', headers: sdp, body: peer.localDescription.sdp });
      client.session = answer.headers.get('location');
      await peer.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
    },
    publish: async (path) => client.begin(path, await navigator.mediaDevices.getUserMedia({ audio: true, video: true })),
    async restart() {
      const { peer, session } = client;
      await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
      const lines = peer.localDescription.sdp.split('\\r\\n').filter((line) => /^m=|^a=(mid|ice-|candidate)/.test(line));
      const answer = await fetch(session, { method: 'PATCH', headers: fragmentType, body: lines.join('\\r\\n') + '\\r\\n' });
      const fragment = await answer.text();
      const valueOf = (name) => new RegExp('^a=' + name + ':(.*?)\\r?$', 'm').exec(fragment)?.[1];
      const next = peer.remoteDescription.sdp
        .replaceAll(/a=candidate:.*\\r\\n|a=end-of-candidates\\r\\n/g, '')
        .replaceAll(/a=ice-ufrag:.*/g, 'a=ice-ufrag:' + valueOf('ice-ufrag'))
        .replaceAll(/a=ice-pwd:.*/g, 'a=ice-pwd:' + valueOf('ice-pwd'));
      await peer.setRemoteDescription({ type: 'answer', sdp: next });
      for (const [candidate] of fragment.matchAll(/candidate:.*/g)) {
        await peer.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => undefined);
      }
      return answer.status;
    },
    /** Of the media server, in the pair that is used. */
    async port() {
      const stats = [...(await client.peer.getStats()).values()];
      const transport = stats.find(({ type }) => type === 'transport');
      const pair = stats.find(({ id }) => id === transport?.selectedCandidatePairId);
      return stats.find(({ id }) => id === pair?.remoteCandidateId)?.port;
    },
    async frames() {
      const stats = [...(await client.peer.getStats()).values()];
      return stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')?.framesDecoded ?? 0;
    },
  });
})()`;

describe('an encoder over WHIP, in a browser', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();
  let peers: PeerProcess;
  before(async () => {
    peers = await PeerProcess.start();
  });
  after(() => peers.stop());

  it('is seen and heard in a call, and by a page that is no part of it', async () => {
    const [audio, video] = sections('sendonly');
    if (!audio || !video) throw new Error('there is a section of each kind');
    const encoder = await peers.open({ sections: [audio, { ...video, codec: 'H264' }] });
    const answer = await fetch(`${server().url}whip/garden`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: encoder.offer },
    });
    expect(answer.status).to.equal(201);
    encoder.accept(await answer.text());
    encoder.play();
    const [publisher] = [...(server().rooms.find('garden')?.participants ?? [])];
    const id = publisher?.id ?? '';

    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'garden');
    await ana.receives(id);

    const page = await (await newWindow()).newPage();
    await page.goto(`${server().url}examples/whep.html?room=garden&user=${id}`);
    await page.getByRole('button', { name: 'Play' }).click();
    await plays(page.locator('#picture'));
    await ana.seesTiles('Ana', id);
    expect(ana.errors).to.deep.equal([]);

    await fetch(new URL(answer.headers.get('location') ?? '', server().url), { method: 'DELETE' });
    await page.getByText('It has ended.').waitFor({ timeout: patienceMs });
    encoder.close();
  });

  it('that sends its picture in three sizes, as OBS does from 32.1 on, is shown in the largest, and in the smallest while that is small', async () => {
    const rids = ['q', 'h', 'f'];
    const [audio, video] = sections('sendonly');
    if (!audio || !video) throw new Error('there is a section of each kind');
    const encoder = await peers.open({ sections: [audio, { ...video, codec: 'H264' }] });
    // One POST, and no candidate is ever told: OBS sends its offer before it has any.
    const offer = withRids(encoder.offer, rids);
    expect(offer).to.include('a=simulcast:send q;h;f').and.not.include('a=candidate');
    const answer = await fetch(`${server().url}whip/balcony`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer },
    });
    const sdp = await answer.text();
    expect(answer.status, sdp).to.equal(201);
    expect(sdp).to.include('a=simulcast:recv q;h;f').and.include('a=rid:f recv').and.include('H264');
    encoder.accept(sdp);
    encoder.play(rids);
    const [publisher] = [...(server().rooms.find('balcony')?.participants ?? [])];
    const id = publisher?.id ?? '';
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'balcony');
    await ana.receives(id);
    const width = async (): Promise<number | undefined> =>
      (await ana.inspect()).received.find(({ participant }) => participant === id)?.video?.width;
    await until('Ana has the largest', async () => (await width()) === 640, patienceMs);
    await ana.page.evaluate(
      `window.atrium.room.participants.get(${JSON.stringify(id)}).publications.get('webcam').want({ maxLayer: 0 })`,
    );
    await until('Ana has the smallest', async () => (await width()) === 160, patienceMs);
    expect(ana.errors).to.deep.equal([]);
    await fetch(new URL(answer.headers.get('location') ?? '', server().url), { method: 'DELETE' });
    encoder.close();
  });

  it('and a player go on over another path when they restart ICE, and nobody is told', async () => {
    const open = async (): Promise<Page> => {
      const page = await (await newWindow()).newPage();
      await page.goto(`${server().url}examples/whep.html`);
      await page.evaluate(client);
      return page;
    };
    const [encoder, player] = [await open(), await open()];
    await encoder.evaluate(`client.publish('/whip/roof')`);
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'roof');
    const [publisher] = [...(server().rooms.find('roof')?.participants ?? [])];
    const id = publisher?.id ?? '';
    await ana.receives(id);
    await player.evaluate(`client.begin('/whep/roof/${id}')`);
    const frames = async (): Promise<number> => player.evaluate<number>('client.frames()');
    const playsOn = async (): Promise<void> => {
      const before = await frames();
      await until('the player plays', async () => (await frames()) > before + 3, patienceMs);
    };
    await playsOn();
    const told: string[] = [];
    const ended = server().rooms.watch({
      roomOpened: () => undefined,
      happened: (_room, { type }) => {
        if (/^(participant|publication|media)/.test(type)) told.push(type);
      },
    });
    for (const page of [encoder, player]) {
      const before = await page.evaluate<number>('client.port()');
      expect(before).to.be.a('number');
      expect(await page.evaluate('client.restart()')).to.equal(200);
      await until('the other path is used', async () => (await page.evaluate('client.port()')) !== before, patienceMs);
      await playsOn();
      await ana.receives(id);
    }
    ended();
    expect(told).to.deep.equal([]);
    expect(ana.errors).to.deep.equal([]);
  });
});
