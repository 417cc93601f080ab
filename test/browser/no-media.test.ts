import { expect } from 'chai';
import type { BrowserContext } from 'playwright-core';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** A network that lets no UDP through, until `window.opened`: what is sent goes to a port where nobody listens. */
const noUdp = `(() => {
  const { prototype } = RTCPeerConnection;
  const astray = (text) => (window.opened ? text : text.replace(/ (\\d+) typ /g, ' 9 typ '));
  const add = prototype.addIceCandidate;
  prototype.addIceCandidate = function (candidate) {
    return add.call(this, { ...candidate, candidate: astray(candidate.candidate) });
  };
  const set = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function ({ type, sdp }) {
    return set.call(this, { type, sdp: astray(sdp) });
  };
  // The server would find us by itself.
  const { set: listen } = Object.getOwnPropertyDescriptor(prototype, 'onicecandidate');
  Object.defineProperty(prototype, 'onicecandidate', {
    set(listener) {
      if (window.opened) listen.call(this, listener);
    },
  });
})()`;

describe('a call from a network that lets no media through', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kmsUris: [] });
  const newWindow = useBrowser();

  const join = async (name: string, window: BrowserContext) => Visitor.join(window, server().url, name, 'silent');

  it('says so, and what to check, calls nothing good, and goes on as soon as it can', async () => {
    const ana = await join('Ana', await newWindow());
    const window = await newWindow();
    await window.addInitScript(noUdp);
    const berta = await join('Berta', window);
    const { page } = berta;
    await berta.seesTiles('Ana', 'Berta');
    const notes = () => page.locator('.tile .tile-note').allTextContents();
    await until('it connects', async () => (await notes()).every((note) => note === 'Connecting …'));
    const notice = page.locator('.notice.trouble');
    await notice.waitFor();
    expect(await page.locator('.tile .signal').count(), 'nothing has a quality').to.equal(0);
    expect(await page.evaluate('window.atrium.room.localPublication.state')).to.not.equal('live');
    expect(await notice.getAttribute('data-reason'), 'the server has no TURN').to.equal('no-relay');
    await notice.getByText('What to check').click();
    expect(await notice.getByRole('listitem').count()).to.equal(3);
    await page.evaluate('window.opened = true');
    await notice.getByRole('button', { name: 'Try again' }).click();
    await seeEachOther(ana, berta);
    await notice.waitFor({ state: 'detached' });
    await until('no note is left', async () => (await notes()).every((note) => note === ''));
    expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
  });
});
