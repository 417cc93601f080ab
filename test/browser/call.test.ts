import { expect } from 'chai';
import { pipelinesOf } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { listenerPermissions } from '../../tools/chromium.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** A machine that has no devices, as Chromium tells a page. */
const withoutDevices = `{
  navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);
  navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException('Requested device not found', 'NotFoundError'));
}`;

describe('a call in the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser({ stays: true });
  const room = 'garden';
  // They stay for all tests. Others that come in a test have gone at its end.
  let ana: Visitor;
  let berta: Visitor;

  const join = async (name: string) => Visitor.join(await newWindow(), server().url, name, room);
  const listen = async (name: string) => {
    const window = await newWindow({ permissions: [...listenerPermissions] });
    return Visitor.join(window, server().url, name, room, 'Join to listen, without camera and microphone');
  };
  /** Closes the window of somebody. */
  const goes = async (visitor: Visitor): Promise<void> => {
    await visitor.page.context().close();
    await ana.seesTiles('Ana', 'Berta');
  };

  const held = async (): Promise<string[]> => (await Promise.all(server().mediaServerUrls.map(pipelinesOf))).flat();
  let earlier: readonly string[] = [];

  before(async () => {
    earlier = await held();
    ana = await Visitor.open(await newWindow(), `${server().url}?room=${room}`, 'Ana');
    await ana.page.evaluate("window.preview = document.querySelector('.preview video')");
    await until('the preview shows', () => ana.page.evaluate('window.preview.srcObject !== null'), patienceMs);
    await ana.page.getByRole('button', { name: 'Join', exact: true }).click();
    berta = await join('Berta');
  });

  it('releases the camera of the preview after the join, because a held frame slows the camera down', async () => {
    await ana.showsPicture('Ana', true);
    expect(await ana.page.evaluate('window.preview.srcObject')).to.equal(null);
  });

  it('lets two people see and hear each other, also when one publishes again, and shows by the name whose camera is off', async () => {
    await ana.seesTiles('Ana', 'Berta');
    await berta.seesTiles('Ana', 'Berta');
    await seeEachOther(ana, berta);

    for (let time = 0; time < 2; time += 1) {
      await ana.page.evaluate('window.stream = window.atrium.room.localPublication.stream');
      await ana.page.evaluate('window.atrium.room.localPublication.close()');
      await until('Berta receives nothing of Ana', async () => (await berta.inspect()).received.every(isEmpty));
      await ana.page.evaluate('window.atrium.room.publish(window.stream).then(() => undefined)');
      await berta.receives('Ana');
    }
    await ana.receives('Berta');

    await berta.showsPicture('Ana', true);
    await ana.page.getByRole('button', { name: 'Camera', exact: true }).click();
    await berta.showsPicture('Ana', false);
    await ana.showsPicture('Ana', false);
    await ana.page.getByRole('button', { name: 'Camera', exact: true }).click();
    await berta.showsPicture('Ana', true);
    for (const visitor of [ana, berta]) {
      expect(visitor.errors).to.deep.equal([]);
      expect([...visitor.origins], 'everything comes from the server').to.deep.equal([new URL(server().url).origin]);
    }
  });

  it('shows pictures to a late third person, because the publishers are asked for a key frame', async () => {
    const asked = await keyFrameRequests(ana, berta);
    const clara = await join('Clara');
    await seeEachOther(ana, berta, clara);
    await until(
      'both publishers were asked for a key frame',
      async () => (await keyFrameRequests(ana, berta)).every((count, index) => count > (asked[index] ?? 0)),
      patienceMs,
    );

    // The others are told when somebody leaves, and the name is free at once.
    await clara.leave();
    await ana.seesTiles('Ana', 'Berta');
    await clara.page.getByRole('button', { name: 'Rejoin' }).click();
    await ana.receives('Clara');
    await clara.receives('Ana');

    // They are told when a tab crashes too.
    await clara.crash();
    await ana.seesTiles('Ana', 'Berta');
    await goes(clara);
  });

  it('carries the chat to everybody, as text', async () => {
    await ana.say('Hello <b>Berta</b> <img src=x onerror=alert(1)>');
    await berta.page.getByRole('button', { name: 'Chat: 1 unread' }).waitFor();
    await berta.say('Hello Ana');
    for (const { page } of [ana, berta]) {
      const messages = page.locator('.message-text');
      await messages.nth(1).waitFor();
      expect(await messages.allTextContents()).to.deep.equal([
        'Hello <b>Berta</b> <img src=x onerror=alert(1)>',
        'Hello Ana',
      ]);
    }
  });

  it('lets a person listen without camera and microphone', async () => {
    const dora = await listen('Dora');
    await dora.receives('Ana');
    await ana.seesTiles('Ana', 'Berta', 'Dora');
    expect((await dora.inspect()).sent).to.equal(undefined);
    await goes(dora);
  });

  it('admits a person without devices, says what that means, and that a name is taken, and takes another one', async () => {
    const window = await newWindow();
    await window.addInitScript(withoutDevices);
    const elsa = await Visitor.open(window, `${server().url}#/rooms/${room}`, 'Ana');
    await elsa.page.getByText(/^No camera and no microphone found.* You can listen and chat\.$/).waitFor();
    await elsa.page.getByRole('button', { name: 'Join', exact: true }).click();
    await elsa.page.getByRole('alert').filter({ hasText: 'Choose another name' }).waitFor();
    await elsa.page.getByLabel('Your name').fill('Elsa');
    await elsa.page.getByRole('button', { name: 'Join', exact: true }).click();
    await elsa.receives('Ana');
    await ana.seesTiles('Ana', 'Berta', 'Elsa');
    await goes(elsa);
  });

  it('leaves nothing at the media server, and says that the connection is lost when the server ends', async () => {
    await berta.leave();
    await ana.leave();
    await until('no pipeline is left', async () => (await held()).every((id) => earlier.includes(id)), patienceMs);
    await ana.page.getByRole('button', { name: 'Rejoin' }).click();
    await ana.seesTiles('Ana');
    await server().stop();
    await ana.page.getByText('The connection to the server is lost. Reconnecting …').waitFor();
    await ana.leave();
    await ana.page.getByRole('button', { name: 'Rejoin' }).waitFor();
  });
});

function isEmpty({ statistics }: { readonly statistics?: unknown }): boolean {
  return statistics === undefined;
}

async function keyFrameRequests(...visitors: readonly Visitor[]): Promise<number[]> {
  return Promise.all(visitors.map(async (visitor) => (await visitor.inspect()).sent?.sent.keyFrameRequests ?? 0));
}
