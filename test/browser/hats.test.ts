import { expect } from 'chai';
import type { RunningServer } from '../../src/server.js';
import { startTestServer, useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { HatServer } from './hat-server.js';
import { patienceMs, Visitor } from './visitor.js';

/** No media server that a test can start has the filter, so a proxy claims to have it and passes video through. */
describe('hats in the demo', function () {
  this.timeout(4 * patienceMs);
  const newWindow = useBrowser();

  describe('with a media server that has them', () => {
    let media: HatServer;
    let server: RunningServer;
    before(async () => {
      media = await HatServer.start();
      server = await startTestServer({ kmsUris: [media.url] });
    });
    after(async () => {
      await server.stop();
      await media.stop();
    });

    it('are switched on and off by a button, and the video goes on for everybody', async () => {
      const ana = await Visitor.join(await newWindow(), server.url, 'Ana', 'hats');
      const berta = await Visitor.join(await newWindow(), server.url, 'Berta', 'hats');
      await berta.receives('Ana');
      await ana.page.getByRole('button', { name: 'Put a hat on' }).click();
      await ana.page.getByRole('button', { name: 'Take the hat off' }).waitFor();
      expect(media.filters.size).to.equal(1);
      expect(media.images).to.have.length(1);
      const image = await fetch(new URL(String(media.images[0])));
      expect([image.status, image.headers.get('content-type')]).to.deep.equal([200, 'image/png']);
      await berta.receives('Ana');
      await ana.page.getByRole('button', { name: 'Take the hat off' }).click();
      await ana.page.getByRole('button', { name: 'Put a hat on' }).waitFor();
      await berta.receives('Ana');
      await until('the filter is released', () => media.filters.size === 0, patienceMs);
      expect([...ana.errors, ...berta.errors]).to.deep.equal([]);
    });
  });

  describe('with the embedded engine, which has none', () => {
    const server = useServer({ kmsUris: [] });

    it('are not offered', async () => {
      const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'bareheaded');
      await ana.page.getByRole('button', { name: 'Leave' }).waitFor();
      expect(await ana.page.getByRole('button', { name: 'hat on' }).count()).to.equal(0);
    });
  });
});
