import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { globalAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { OpenVidu } from 'openvidu-node-client';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { OpenViduPage, libraryOf } from './openvidu-page.js';
import { useBrowser } from './shared-browser.js';
import { useSite } from './site.js';
import { patienceMs } from './visitor.js';

const secret = 'OF-THE-BACK-END';

/** Up to 2.22 the library opens `wss://` whatever the token says, so the server has TLS. */
describe('pages on older versions of openvidu-browser', function () {
  this.timeout(4 * patienceMs);
  const folder = mkdtempSync(join(tmpdir(), 'atrium-openvidu-'));
  const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };
  const server = useServer({
    ...files,
    tls: 'self-signed',
    openvidu: { secret },
    bridge: false,
    kurentoRoom: { sessionGraceMs: 1_000 },
  });
  const site = useSite();
  const newWindow = useBrowser();
  before(() => {
    globalAgent.options.ca = readFileSync(files.tlsCert);
  });
  after(() => {
    // What the agent has, also undefined, comes before what a request names.
    delete globalAgent.options.ca;
    rmSync(folder, { recursive: true });
  });
  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  it('2.20, 2.28 and the last one are in one session', async () => {
    const backEnd = new OpenVidu(server().url, secret);
    const session = await backEnd.createSession();
    const window = await newWindow({ ignoreHTTPSErrors: true });
    const pages: OpenViduPage[] = [];
    const enter = async (name: string, library: string) => {
      const { token } = await session.createConnection();
      expect(token).to.match(/^wss:\/\//);
      const page = await OpenViduPage.open(await window.newPage(), site, libraryOf(library));
      pages.push(page);
      return page.enter(name, token);
    };
    const old = await enter('Old', 'openvidu-browser-2.20');
    const later = await enter('Later', 'openvidu-browser-2.28');
    await old.publish();
    await later.publish();
    await Promise.all([old.receives('Later'), later.receives('Old')]);
    const last = await enter('Last', 'openvidu-browser');
    await Promise.all([last.receives('Old'), last.receives('Later')]);
    await old.hears(
      ...['connectionCreated Old', 'connectionCreated Later', 'streamCreated Later str_CAM', 'connectionCreated Last'],
    );
    await later.forgets();
    await last.forgets();

    await old.run(`session.signal({ type: 'chat', data: 'hello' })`);
    for (const each of [old, later, last]) {
      await each.hears('signal chat hello from Old', 'signal:chat chat hello from Old');
    }
    await old.run('publisher.publishVideo(false)');
    for (const each of [old, later, last]) {
      await each.hears('streamPropertyChanged Old videoActive true false publishVideo');
    }
    await later.run('session.unpublish(publisher)');
    for (const each of [old, last]) await each.hears('streamDestroyed Later str_CAM unpublish');
    await later.publish();
    await Promise.all([old.receives('Later'), last.receives('Later')]);
    for (const { errors } of pages) expect(errors).to.deep.equal([]);
  });
});
