import { expect } from 'chai';
import { RpcClient } from '../support/rpc-client.js';
import { useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, Visitor } from './visitor.js';

const windows = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 844, height: 390 },
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

/** The longest that the server lets in. Without spaces, so that no line breaks in it. */
const longest = 256;
const nameOf = (index: number): string => `${index}`.padEnd(longest, 'Wm');

/** What a user would call broken, as texts. Runs in the page: everything is measured there. */
const faults = `(() => {
  const call = document.querySelector('atrium-call').shadowRoot;
  const all = (selector) => [...call.querySelectorAll(selector)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
  const boxOf = (element) => element.getBoundingClientRect();
  const within = (inner, outer) =>
    inner.left >= outer.left - 0.5 && inner.right <= outer.right + 0.5 && inner.top >= outer.top - 0.5 && inner.bottom <= outer.bottom + 0.5;
  const overlap = (one, other) =>
    one.left < other.right - 0.5 && other.left < one.right - 0.5 && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page runs out to the right');
  if (document.documentElement.scrollHeight > innerHeight) found.push('the page runs out below');
  const tiles = all('.tile');
  const [stage] = all('.stage');
  for (const tile of tiles) {
    const box = boxOf(tile);
    if (!within(box, boxOf(stage))) found.push('a picture is cut off');
    if (Math.min(box.width, box.height) < 55) found.push('a picture is too small to see a face');
    const name = tile.querySelector('.tile-name');
    if (!within(boxOf(name), box)) found.push('a name runs out of its picture');
    if (boxOf(name.querySelector('.tile-text')).width < 20) found.push('a name cannot be read');
  }
  const flat = [...tiles.filter((tile) => !tile.matches('.inset')), ...all('.more, .pager, .panel')].map(boxOf);
  flat.forEach((box, index) => {
    if (flat.slice(index + 1).some((other) => overlap(box, other))) found.push('one lies on another');
  });
  for (const button of all('button')) if (!within(boxOf(button), screen)) found.push('out of the window: ' + (button.ariaLabel ?? button.textContent));
  return [...new Set(found)];
})()`;

describe('the stage of the demo', function () {
  this.timeout(8 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();
  const newWholeWindow = useBrowser({ isWhole: true });
  const guests: RpcClient[] = [];

  afterEach(() => {
    return Promise.all(guests.splice(0).map((guest) => guest.close()));
  });

  /** Somebody that is in the room without a browser. */
  const enter = async (user: string, room: string): Promise<RpcClient> => {
    const guest = await RpcClient.connect(server().url);
    guests.push(guest);
    await guest.request('joinRoom', { user, room, dataChannels: false });
    return guest;
  };

  it('has room for everybody in every window, with the chat open or closed and the longest names', async () => {
    const room = 'Wm'.repeat(longest / 2);
    const { page } = await Visitor.join(await newWindow(), server().url, 'Ana', room);
    const tiles = page.locator('.tile');
    // What lies between them, the layout's own test has.
    for (const count of [1, 2, 3, 5, 9, 16]) {
      for (let index = guests.length + 2; index <= count; index++) await enter(nameOf(index), room);
      for (const size of windows) {
        await page.setViewportSize(size);
        for (const panel of ['closed', 'open'] as const) {
          const what = `${count} people, ${size.width}×${size.height}, chat ${panel}`;
          if (panel === 'open') await page.keyboard.press('c');
          await page.locator('.panel').waitFor({ state: panel === 'open' ? 'attached' : 'detached' });
          const isFull = async (): Promise<boolean> => {
            const most = (await page.locator('.pager').count()) > 0 ? [6, 9] : [count];
            return most.includes(await tiles.count());
          };
          await until(`${what}: a page is full`, isFull, patienceMs, 20);
          await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
          expect(await page.evaluate(faults), what).to.deep.equal([]);
        }
        await page.keyboard.press('Escape');
      }
    }
  });

  it('gives a phone that lies on its side all its height, and fades head and buttons until somebody moves', async () => {
    const window = await newWindow({ viewport: { width: 844, height: 390 } });
    const { page } = await Visitor.join(window, server().url, 'Ana', 'low');
    await enter('Berta', 'low');
    const picture = page.getByRole('listitem', { name: /^Berta/ });
    await until(
      'the picture is as high as the window',
      async () => ((await picture.boundingBox())?.height ?? 0) > 350,
      patienceMs,
    );
    const opacity = (of: string): Promise<string> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('atrium-call').shadowRoot.querySelector('${of}')).opacity`,
      );
    const fades = (what: string, opacities: string): Promise<void> =>
      until(
        what,
        async () => [await opacity('.call-head'), await opacity('.call-foot')].join() === opacities,
        patienceMs,
      );
    await fades('head and buttons have faded', '0,0');
    await page.mouse.move(200, 200);
    await fades('they are back with the mouse', '1,1');
    await fades('they fade again', '0,0');
    await page.keyboard.press('Tab');
    await fades('they are back with the keyboard', '1,1');
    await page.setViewportSize({ width: 390, height: 844 });
    await until('it is as ever again', async () => (await page.locator('[data-low]').count()) === 0, patienceMs);
  });

  it('takes no packet of a picture that has left the view of a phone, and shows it again', async () => {
    const room = 'away';
    await Visitor.join(await newWindow(), server().url, 'Berta', room);
    const ana = await Visitor.join(
      await newWindow({ viewport: { width: 390, height: 844 } }),
      server().url,
      'Ana',
      room,
    );
    await ana.receives('Berta');
    for (let index = 3; index <= 8; index++) await enter(`P${index}`, room);
    const berta = ana.page.locator('.tile[data-participant="Berta"]');
    const turn = async (button: string, isThere: boolean): Promise<void> => {
      await ana.page.getByRole('button', { name: button }).click();
      await until(
        `Berta is in the view: ${isThere}`,
        async () => (await berta.count()) === Number(isThere),
        patienceMs,
      );
    };
    const packets = async (): Promise<{ audio: number; video: number }> => {
      const { received } = await ana.inspect();
      const { audioPackets: audio = 0, videoPackets: video = 0 } =
        received.find(({ participant }) => participant === 'Berta')?.statistics?.received ?? {};
      return { audio, video };
    };
    /** Packets of the picture while so many of the sound come. */
    const whileSound = async (count: number): Promise<number> => {
      const before = await packets();
      await until('the sound goes on', async () => (await packets()).audio >= before.audio + count, patienceMs);
      return (await packets()).video - before.video;
    };
    await turn('Next page', false);
    // The server is told when the page has not been turned back, and what was under way comes.
    await until('the picture comes no more', async () => (await whileSound(10)) === 0, patienceMs);
    expect(await whileSound(50), 'packets of a picture that nobody sees').to.equal(0);
    await turn('Previous page', true);
    await ana.receives('Berta');
  });

  it('pins, turns pages, fills the screen and lets go again, by mouse and by keys', async () => {
    const window = await newWindow({ viewport: { width: 1280, height: 800 } });
    const { page } = await Visitor.join(window, server().url, 'Ana', 'pins');
    const tile = (name: string) => page.getByRole('listitem', { name: new RegExp(`^${name}(,|$)`) });
    const placed = (what: string, found: () => Promise<boolean>): Promise<void> => until(what, found, patienceMs);
    await enter('Berta', 'pins');
    await tile('Berta').waitFor();

    const size = page.viewportSize() ?? { width: 0, height: 0 };
    const own = tile('Ana');
    const middle = async () => {
      const { x, y, width, height } = (await own.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      return { x: x + width / 2, y: y + height / 2 };
    };
    const { x, y } = await middle();
    expect(x > size.width / 2 && y > size.height / 2, 'oneself lies bottom right').to.equal(true);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(300, 300, { steps: 4 });
    await page.mouse.move(200, 200, { steps: 4 });
    await page.mouse.up();
    await placed('oneself lies top left', async () => {
      const at = await middle();
      return at.x < size.width / 2 && at.y < size.height / 2;
    });
    expect(await page.locator('.tile.pinned').count(), 'a drag is no click').to.equal(0);

    for (let index = 3; index <= 12; index++) await enter(`P${index}`, 'pins');
    await placed('there are nine', async () => (await page.locator('.tile').count()) === 9);
    await page.getByRole('button', { name: 'Next page' }).click();
    await tile('P12').waitFor();
    expect(await page.locator('.tile').count()).to.equal(3);
    await page.getByRole('button', { name: 'Pin P12' }).click();
    await page.locator('.tile.main.pinned[data-participant="P12"]').waitFor();
    const more = page.getByRole('button', { name: /^Show \d+ more$/ });
    const strip = () => page.locator('.tile.strip .tile-text').allTextContents();
    const before = await strip();
    await more.click();
    await placed('the strip has others', async () => !(await strip()).some((name) => before.includes(name)));
    await page.keyboard.press('Escape');
    await placed('nothing is pinned', async () => (await page.locator('.tile.main').count()) === 0);

    await page.getByRole('button', { name: 'Pin Berta' }).press('Enter');
    await page.locator('.tile.main[data-participant="Berta"]').waitFor();
    await page.getByRole('button', { name: 'Pin Berta', pressed: true }).press('Enter');
    await page.getByRole('button', { name: 'Pin Berta' }).dblclick();
    await placed('it fills the screen', async () => (await tile('Berta').boundingBox())?.width === size.width);
    expect(await page.locator('.tile.main').count(), 'and is not pinned').to.equal(0);
    await page.getByRole('button', { name: 'Pin Berta' }).dblclick();
    await placed('it is one of many again', async () => ((await tile('Berta').boundingBox())?.width ?? 0) < 500);
  });

  it('shows the call in a small window, and on the whole screen', async () => {
    const window = await newWholeWindow({ viewport: { width: 1280, height: 800 } });
    const { page, errors } = await Visitor.join(window, server().url, 'Ana', 'small');
    await enter('Berta', 'small');
    await page.getByRole('listitem', { name: /^Berta/ }).waitFor();
    const names = (): Promise<string[]> =>
      page.evaluate(
        `[...(documentPictureInPicture.window?.document.querySelectorAll('.tile.main, .tile.inset') ?? [])].map((tile) => tile.ariaLabel.split(',')[0])`,
      );
    const float = page.getByRole('button', { name: 'Picture in picture' });
    await float.click();
    await until('both are in the small window', async () => (await names()).sort().join() === 'Ana,Berta', patienceMs);
    await float.click();
    await until('it is closed', async () => (await names()).length === 0, patienceMs);
    const full = page.getByRole('button', { name: 'Full screen' });
    for (const whole of [true, false]) {
      await full.click();
      await until(
        `on the whole screen: ${whole}`,
        async () => (await page.evaluate('document.fullscreenElement !== null')) === whole,
        patienceMs,
      );
    }
    expect(errors).to.deep.equal([]);
  });
});
