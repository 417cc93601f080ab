import { expect } from 'chai';
import { PeerProcess, sections } from '../support/peer.js';
import { useServer } from '../support/server.js';
import { plays } from './plays.js';
import { useBrowser } from './shared-browser.js';
import { Visitor, patienceMs } from './visitor.js';

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
});
