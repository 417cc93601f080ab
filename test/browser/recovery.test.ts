import { expect } from 'chai';
import { z } from 'zod';
import { adminToken, asAdmin } from '../support/administrator.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** How long a call may be without picture after its media server was killed. The target is 5 s; the time is printed. */
const backWithinMs = 20_000;

const health = z.object({ mediaServers: z.array(z.object({ load: z.number() })) });
const moments = z.object({ mediaError: z.number(), published: z.number(), frame: z.number() });

/** Makes the page record the times of the loss, of the other's new publication, and of its first new frame. */
function watch(other: string): string {
  return `(() => {
    const moments = (window.moments = {});
    const other = window.atrium.room.participants.get(${JSON.stringify(other)});
    const call = document.querySelector('atrium-call').shadowRoot;
    const video = call.querySelector('[data-participant=${JSON.stringify(other)}] video');
    window.atrium.room.on('mediaError', () => (moments.mediaError ??= Date.now()));
    other.on('published', (publication) => {
      moments.published = Date.now();
      publication.on('subscribed', () => video.requestVideoFrameCallback(() => (moments.frame ??= Date.now())));
    });
  })()`;
}

describe('a call through the embedded engine, whose media is lost', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kmsUris: [] });
  const newWindow = useBrowser({ stays: true });
  // They stay for all tests.
  let ana: Visitor;
  let berta: Visitor;

  before(async () => {
    const join = async (name: string) => Visitor.join(await newWindow(), server().url, name, 'killed');
    [ana, berta] = await Promise.all([join('Ana'), join('Berta')]);
    await seeEachOther(ana, berta);
  });

  async function back(visitor: Visitor): Promise<z.infer<typeof moments>> {
    let seen: unknown;
    await until(
      `${visitor.name} sees a new picture`,
      async () => {
        seen = await visitor.page.evaluate('window.moments');
        return moments.safeParse(seen).success;
      },
      backWithinMs,
    );
    return moments.parse(seen);
  }

  it('gets sound and picture back by itself when the media server is killed twice, without superfluous messages', async () => {
    for (const time of ['first', 'second']) {
      await ana.page.evaluate(watch('Berta'));
      await berta.page.evaluate(watch('Ana'));
      const killed = server().mediaProcessIds[0] ?? 0;
      process.kill(killed, 'SIGKILL');
      const at = Date.now();
      const seen = [await back(ana), await back(berta)];
      await seeEachOther(ana, berta);
      expect(server().mediaProcessIds).to.have.lengthOf(1).and.not.include(killed);
      report(time, at, seen);
    }
    for (const visitor of [ana, berta]) {
      await visitor.showsPicture(visitor === ana ? 'Berta' : 'Ana', true);
      expect(await visitor.page.locator('.tile.reconnecting').count()).to.equal(0);
      expect(await visitor.page.locator('.toast.problem').count(), 'it healed: no problem to report').to.equal(0);
      expect(visitor.errors).to.deep.equal([]);
    }
  });

  for (const [what, connection] of [
    ['what one receives', 'room.participants.get("Ana").publications.get("webcam").subscription'],
    ['what one publishes', 'room.localPublication'],
  ] as const) {
    it(`makes a new connection when the one for ${what} fails`, async () => {
      // Chromium reports this after half a minute without an answer to its checks (RFC 8445 §7.3); the test does it at once.
      await berta.page.evaluate(`(() => {
        const { room } = window.atrium;
        const { peerConnection } = ${connection};
        window.before = peerConnection;
        Object.defineProperty(peerConnection, 'connectionState', { value: 'failed' });
        peerConnection.dispatchEvent(new Event('connectionstatechange'));
      })()`);
      await until(
        'there is another connection',
        () =>
          berta.page.evaluate(`(() => {
            const { room } = window.atrium;
            const peer = ${connection}?.peerConnection;
            return peer !== undefined && peer !== window.before && peer.connectionState === 'connected';
          })()`),
        backWithinMs,
      );
      await seeEachOther(ana, berta);
      await until(
        'nothing is reconnecting',
        async () => (await berta.page.locator('.tile.reconnecting').count()) === 0,
      );
      expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
    });
  }
});

describe('a call over two embedded engines, one of which is killed', function () {
  this.timeout(4 * patienceMs);
  // The second one who publishes is on the other engine.
  const server = useServer({ kmsUris: [], mediaProcesses: 2, mediaServerLimit: 10, relayAbove: 0.1, adminToken });
  const newWindow = useBrowser();

  async function loads(): Promise<number[]> {
    const { mediaServers } = health.parse(await (await fetch(`${server().url}healthz`, asAdmin)).json());
    return mediaServers.map(({ load }) => load);
  }

  it('plays across, and comes back by itself', async () => {
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'over two');
    await until('Ana publishes', async () => (await loads()).join() === '1,0');
    const berta = await Visitor.join(await newWindow(), server().url, 'Berta', 'over two');
    await seeEachOther(ana, berta);
    expect(await loads(), 'each has two, and an end of each relay').to.deep.equal([4, 4]);
    await ana.page.evaluate(watch('Berta'));
    process.kill(server().mediaProcessIds[1] ?? 0, 'SIGKILL');
    await until('Berta publishes again', () =>
      ana.page.evaluate('window.moments.frame !== undefined && window.moments.mediaError === undefined'),
    );
    await seeEachOther(ana, berta);
    for (const visitor of [ana, berta]) expect(visitor.errors).to.deep.equal([]);
  });
});

function report(time: string, at: number, seen: readonly z.infer<typeof moments>[]): void {
  const after = (moment: keyof z.infer<typeof moments>) => Math.max(...seen.map((each) => each[moment] - at));
  process.stdout.write(
    `      ${time} kill: told after ${after('mediaError')} ms, published again after ${after('published')} ms, ` +
      `first frame after ${after('frame')} ms\n`,
  );
}
