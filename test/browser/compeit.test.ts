import { expect } from 'chai';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { CompeitVisitor } from './compeit-visitor.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

describe('a page of the COMPEIT kind', function () {
  this.timeout(4 * patienceMs);
  // A polling page that is closed between two polls is known to be gone by its silence alone.
  const server = useServer({
    kurentoRoom: { sessionGraceMs: 1_000 },
    compeit: { pollMs: 2_000, closeTimeoutMs: 10_000 },
  });
  const newWindow = useBrowser();
  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  const join = async (name: string, transport = 'websocket'): Promise<CompeitVisitor> => {
    const window = await newWindow();
    return CompeitVisitor.join(await window.newPage(), server().url, name, { transport });
  };

  it('sends and receives video and sound, over a WebSocket and over polling', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob', 'xhr-polling');
    await ann.receives('Bob');
    await bob.receives('Ann');
    const { events } = await ann.inspect();
    expect(events.filter((event) => event === 'media_session_started')).to.have.lengthOf(2);
    await ann.stopSending();
    await until('Bob is told', async () => (await bob.inspect()).events.includes('sender_stopped'), patienceMs);
  });

  it('meets a page of the Kurento Room protocol in a room: both see, hear and read each other', async () => {
    const ann = await join('Ann');
    const kay = await Visitor.join(await newWindow(), server().url, 'Kay', '17');
    await kay.receives('Ann');
    await ann.receives('Kay');
    await ann.say('hello Kay');
    await kay.page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
    // This page sees one stream of Kay: the camera, and the screen when that has ended.
    await kay.page.getByRole('button', { name: 'Share your screen' }).click();
    await kay.page.getByText('You are presenting your screen').waitFor();
    await ann.receives('Kay');
    expect((await ann.inspect()).events).not.to.include('sender_stopped');
    await kay.page.evaluate('window.atrium.room.localPublication.close()');
    await until('the camera ends', async () => (await ann.inspect()).events.includes('sender_stopped'), patienceMs);
    await until(
      'the screen plays',
      async () => (await ann.inspect()).received.some(({ from, width }) => from === 'Kay' && width > 0),
      patienceMs,
    );
    await kay.say('hello Ann');
    await until('both are read', async () => (await ann.inspect()).texts.length === 2, patienceMs);
    expect((await ann.inspect()).texts).to.deep.equal(['Ann: "hello Kay"', 'Kay: "hello Ann"']);
    await kay.leave();
    await until('Ann is told', async () => (await ann.inspect()).events.includes('sender_stopped'), patienceMs);
    expect(kay.errors).to.deep.equal([]);
  });
});
