import { expect } from 'chai';
import { useServer } from '../support/server.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

/** A server that notices by itself only after a minute that somebody is gone. */
const slow = { kmsUris: [], sessionGraceMs: 60_000 } as const;

/** A page of a developer: the library, and nothing else. */
const ownPage = `(async () => {
  const { Room } = await import('/client/atrium-client.js');
  const room = (window.room = new Room({ url: location.origin.replace('http', 'ws') + '/room', room: 'exit', user: 'Berta' }));
  room.on('closed', (reason) => (window.ended = reason));
  await room.join();
})()`;

describe('somebody whose page goes away', function () {
  this.timeout(2 * patienceMs);
  const server = useServer(slow);
  const newWindow = useBrowser({ isWhole: true });

  it('has left at once, and is told of it on a page that comes back', async () => {
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'exit');
    const page = await (await newWindow()).newPage();
    await page.goto(server().url);
    await page.evaluate(ownPage);
    await ana.seesTiles('Ana', 'Berta');
    await page.goto('about:blank');
    await ana.seesTiles('Ana');
    await page.goBack();
    // Where the browser has not kept it, the page is a new one.
    expect(['disconnected', undefined]).to.include(await page.evaluate('window.ended'));
    expect(ana.errors).to.deep.equal([]);
  });
});
