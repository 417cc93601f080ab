import { expect } from 'chai';
import { expectNoPipelineLeft } from '../support/media-objects.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { launchBrowser, listenerPermissions, openWindow } from '../../tools/chromium.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

describe('a call in the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();

  expectNoPipelineLeft(() => server().mediaServerUrls, patienceMs);

  const join = async (name: string, room: string) => Visitor.join(await newWindow(), server().url, name, room);
  const listen = async (name: string, room: string) => {
    const window = await newWindow({ permissions: [...listenerPermissions] });
    return Visitor.join(window, server().url, name, room, 'Join to listen, without camera and microphone');
  };

  it('lets two people see and hear each other, also when one publishes again, and shows by the name whose camera is off', async () => {
    const [ana, berta] = await Promise.all([join('Ana', 'two'), join('Berta', 'two')]);
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

  it('releases the camera of the preview after the join, because a held frame slows the camera down', async () => {
    const ana = await Visitor.open(await newWindow(), `${server().url}?room=preview`, 'Ana');
    await ana.page.evaluate("window.preview = document.querySelector('.preview video')");
    await until('the preview shows', () => ana.page.evaluate('window.preview.srcObject !== null'), patienceMs);
    await ana.page.getByRole('button', { name: 'Join', exact: true }).click();
    await ana.showsPicture('Ana', true);
    expect(await ana.page.evaluate('window.preview.srcObject')).to.equal(null);
  });

  it('shows pictures to a late third person, because the publishers are asked for a key frame', async () => {
    const [ana, berta] = await Promise.all([join('Ana', 'three'), join('Berta', 'three')]);
    await seeEachOther(ana, berta);
    const asked = await keyFrameRequests(ana, berta);

    const clara = await join('Clara', 'three');
    await seeEachOther(ana, berta, clara);
    await until(
      'both publishers were asked for a key frame',
      async () => (await keyFrameRequests(ana, berta)).every((count, index) => count > (asked[index] ?? 0)),
      patienceMs,
    );
  });

  it('carries the chat to everybody, as text', async () => {
    const [ana, berta] = await Promise.all([listen('Ana', 'chat'), listen('Berta', 'chat')]);
    await ana.seesTiles('Ana', 'Berta');
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

  it('tells the others when somebody leaves, and the name is free at once', async () => {
    const [ana, berta] = await Promise.all([join('Ana', 'leaving'), join('Berta', 'leaving')]);
    await ana.receives('Berta');
    await berta.leave();
    await ana.seesTiles('Ana');
    const again = await join('Berta', 'leaving');
    await ana.receives('Berta');
    await again.receives('Ana');
  });

  it('tells the others when a tab crashes', async () => {
    const [ana, berta] = await Promise.all([join('Ana', 'crash'), join('Berta', 'crash')]);
    await ana.receives('Berta');
    await berta.crash();
    await ana.seesTiles('Ana');
  });

  it('tells the others when a browser crashes', async () => {
    const doomed = await launchBrowser();
    const ana = await join('Ana', 'kill');
    await Visitor.join(await openWindow(doomed.browser), server().url, 'Berta', 'kill');
    await ana.receives('Berta');
    await doomed.kill();
    await ana.seesTiles('Ana');
  });

  it('lets a person listen without camera and microphone', async () => {
    const ana = await join('Ana', 'listening');
    const berta = await listen('Berta', 'listening');
    await berta.receives('Ana');
    await ana.seesTiles('Ana', 'Berta');
    expect((await berta.inspect()).sent).to.equal(undefined);
  });

  it('admits a person without camera and microphone, and says what that means', async () => {
    const ana = await join('Ana', 'no devices');
    const bare = await launchBrowser({ devices: false });
    try {
      const window = await openWindow(bare.browser);
      const berta = await Visitor.open(window, `${server().url}?room=no+devices`, 'Berta');
      await berta.page.getByText(/^No camera and no microphone found.* You can listen and chat\.$/).waitFor();
      await berta.page.getByRole('button', { name: 'Join', exact: true }).click();
      await berta.receives('Ana');
      await ana.seesTiles('Ana', 'Berta');
    } finally {
      await bare.close();
    }
  });

  it('says that the name is taken, and lets the person join under another one', async () => {
    await listen('Ana', 'taken');
    const window = await newWindow();
    const second = await Visitor.open(window, `${server().url}#/rooms/taken`, 'Ana');
    await second.page.getByRole('button', { name: 'Join', exact: true }).click();
    const alert = second.page.getByRole('alert').filter({ hasText: 'Choose another name' });
    await alert.waitFor();
    await second.page.getByLabel('Your name').fill('Anna');
    await second.page.getByRole('button', { name: 'Join', exact: true }).click();
    await second.seesTiles('Ana', 'Anna');
  });
});

describe('the demo, when the server ends', function () {
  this.timeout(2 * patienceMs);
  const server = useServer({ kurentoRoom: { sessionGraceMs: 1_000 } });
  const newWindow = useBrowser();

  it('says that the connection is lost, and lets the person leave', async () => {
    const ana = await Visitor.join(await newWindow(), server().url, 'Ana', 'lost');
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
