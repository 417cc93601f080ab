import { expect } from 'chai';
import type { RunningServer } from '../../src/server.js';
import { startTestServer } from '../support/server.js';
import { TurnServer } from '../support/turn-server.js';
import { launchBrowser, openWindow, type RunningBrowser } from '../../tools/chromium.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** A network that allows only a TURN server. The browser may use no other path. */
const relayOnly = `(() => {
  const Original = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
      window.connections.push(this);
    }
  };
})()`;

/** The kinds of the browser's own candidates in the pairs that carry the call. */
const usedCandidates = `Promise.all(window.connections.map(async (connection) => {
  const stats = [...(await connection.getStats()).values()];
  const transport = stats.find(({ type }) => type === 'transport');
  const pair = stats.find(({ id }) => id === transport?.selectedCandidatePairId);
  const local = stats.find(({ id }) => id === pair?.localCandidateId);
  return local?.candidateType + ' over ' + local?.relayProtocol;
}))`;

describe('a call through a TURN server', function () {
  this.timeout(3 * patienceMs);
  let turn: TurnServer;
  let server: RunningServer | undefined;
  let chromium: RunningBrowser | undefined;

  before(async function () {
    if (!TurnServer.isInstalled) this.skip();
    turn = await TurnServer.start();
    chromium = await launchBrowser();
  });

  after(async () => {
    // Without coturn nothing was started.
    await chromium?.close();
    await server?.stop();
    if (TurnServer.isInstalled) await turn.stop();
  });

  async function visit(name: string): Promise<Visitor> {
    if (!chromium || !server) throw new Error('nothing to visit');
    const window = await openWindow(chromium.browser);
    await window.addInitScript(relayOnly);
    return Visitor.join(window, server.url, name, 'relayed');
  }

  // Not over TCP: Chromium's checks then have a tiebreaker of zero, which libjuice takes for none (its issue 355).
  it('plays both ways when browsers may use only the relay', async () => {
    const { user, password } = turn.credentialsFor('guests');
    const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    const iceServers = [`turn:${credentials}@${turn.host}:${turn.port}?transport=udp`];
    server = await startTestServer({ iceServers });
    const [ana, berta] = [await visit('Ana'), await visit('Berta')];
    await seeEachOther(ana, berta);
    for (const { page, errors } of [ana, berta]) {
      // One published, one received.
      expect(await page.evaluate(usedCandidates)).to.deep.equal(['relay over udp', 'relay over udp']);
      expect(errors).to.deep.equal([]);
    }
  });
});
