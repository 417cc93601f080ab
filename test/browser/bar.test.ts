import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startTestServer, useServer } from '../support/server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { violations } from './violations.js';
import { patienceMs, Visitor } from './visitor.js';

/** Whether an element shows all that is in it. */
const fits = (element: { readonly scrollHeight: number; readonly clientHeight: number }): boolean =>
  element.scrollHeight <= element.clientHeight;

const chooseSound = 'Choose microphone and loudspeaker';

describe('the bar of the demo', function () {
  this.timeout(4 * patienceMs);
  const server = useServer();
  const newWindow = useBrowser();

  const join = async (name: string, room: string) => Visitor.join(await newWindow(), server().url, name, room);
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const item = (page: Page, name: string): Promise<void> => page.getByRole('menuitem', { name, exact: true }).click();
  /** The name of what has the focus in the call. */
  const focused = (page: Page): Promise<unknown> =>
    page.evaluate(`document.querySelector('atrium-call').shadowRoot.activeElement?.getAttribute('aria-label')`);
  const hasFocus = (page: Page, name: string): Promise<void> =>
    until(`the focus is on ${name}`, async () => (await focused(page)) === name, patienceMs);

  it('is one stop of the Tab key, has arrow keys, and lists its keys', async () => {
    const { page, errors } = await join('Ana', 'keys');
    await page.getByRole('button', { name: 'Microphone', exact: true }).focus();
    for (const [key, name] of [
      ['ArrowRight', chooseSound],
      ['ArrowRight', 'Camera'],
      ['ArrowLeft', chooseSound],
      ['End', 'Chat'],
      ['ArrowRight', 'Microphone'],
      ['Home', 'Microphone'],
      ['ArrowLeft', 'Chat'],
    ] as const) {
      await page.keyboard.press(key);
      await hasFocus(page, name);
    }
    expect(await page.locator('[role="toolbar"] button[tabindex="0"]').count()).to.equal(1);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Microphone on or off').waitFor();
    // The dialog has the keys to itself.
    await page.keyboard.press('m');
    expect(await violations(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
    await hasFocus(page, 'More');
    await page.getByRole('button', { name: 'Microphone', exact: true, pressed: true }).waitFor();
    expect(errors).to.deep.equal([]);
  });

  it('invites by one click, and says on localhost who can open the link, with a code where others can', async () => {
    const { page, errors } = await join('Ana', 'invite');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = (): Promise<unknown> => page.evaluate('navigator.clipboard.readText()');
    const sheet = page.getByRole('dialog', { name: 'Invitation' });
    await press(page, 'Copy invitation');
    await sheet.getByText('start the server with --tls self-signed').waitFor();
    await until('the link is copied', async () => String(await copied()).endsWith('/r/invite'), patienceMs);
    expect(await sheet.getByRole('img').count(), 'no code of a link for this computer only').to.equal(0);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    // As rest/page.ts says it with a certificate, of a machine in two networks.
    await page.evaluate(
      `document.head.insertAdjacentHTML('beforeend', '<meta name="atrium-elsewhere" content="https://10.0.0.2:8443/ https://[fd00::2]:8443/">')`,
    );
    await press(page, 'Copy invitation');
    await sheet.getByRole('img', { name: 'Code of the link, for the camera of a phone' }).waitFor();
    await sheet.getByText('https://10.0.0.2:8443/r/invite').waitFor();
    await until('it is copied', async () => (await copied()) === 'https://10.0.0.2:8443/r/invite', patienceMs);
    await sheet.getByRole('radio', { name: 'https://[fd00::2]:8443/r/invite' }).check();
    await until('so is another', async () => (await copied()) === 'https://[fd00::2]:8443/r/invite', patienceMs);
    expect(await violations(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 844, height: 390 });
    await until('nothing has to be scrolled', () => sheet.evaluate(fits), patienceMs);
    expect(errors).to.deep.equal([]);
  });

  it('invites by links of the network that lead into the room, where the server has a certificate', async () => {
    const secure = await startTestServer({ tls: 'self-signed', host: '' });
    try {
      const window = await newWindow({ ignoreHTTPSErrors: true });
      const { page } = await Visitor.join(window, secure.url, 'Ana', 'over TLS');
      await press(page, 'Copy invitation');
      const sheet = page.getByRole('dialog', { name: 'Invitation' });
      const links = secure.elsewhere.map((address) => `${address}r/over%20TLS`);
      for (const link of links) await sheet.getByText(link, { exact: true }).waitFor();
      // A machine without a network has none to offer, and says so.
      const reachable = links[0];
      if (reachable === undefined) await sheet.getByText('connect to a network').waitFor();
      else {
        const other = await Visitor.open(await newWindow({ ignoreHTTPSErrors: true }), reachable, 'Berta');
        await press(other.page, 'Join');
        await other.page.getByRole('heading', { name: 'over TLS' }).waitFor();
        expect(await other.page.evaluate('isSecureContext')).to.equal(true);
      }
    } finally {
      await secure.stop();
    }
  });

  it('has single keys only while the user wants them, and Ctrl with D and E always', async () => {
    const { page } = await join('Ana', 'switch');
    const microphone = (pressed: boolean): Promise<void> =>
      page.getByRole('button', { name: 'Microphone', exact: true, pressed }).waitFor();
    await page.keyboard.press('m');
    await microphone(false);
    await page.keyboard.press('Control+d');
    await microphone(true);
    await press(page, 'More');
    // Fetched when it is shown first.
    await page.getByRole('menu', { name: 'More' }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('switch', { name: 'Single keys, such as M for the microphone' }).click();
    expect(await violations(page)).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await hasFocus(page, 'More');
    for (const again of [false, true]) {
      if (again) {
        await page.reload();
        await microphone(true);
      }
      await page.keyboard.press('c');
      await page.keyboard.press('m');
      await page.keyboard.press('Control+e');
      await page.getByRole('button', { name: 'Camera', exact: true, pressed: again }).waitFor();
      await microphone(true);
      expect(await page.locator('.panel').count()).to.equal(0);
    }
  });

  it('switches microphone and loudspeaker during the call, and has a layout, colours and a language', async () => {
    const [{ page }, berta] = await Promise.all([join('Ana', 'devices'), join('Berta', 'devices')]);
    await berta.receives('Ana');
    const sent = `window.atrium.room.localPublication.tracks.find(({ kind }) => kind === 'audio')`;
    const sinks = (): Promise<string[]> =>
      page.evaluate(
        `[...document.querySelector('atrium-call').shadowRoot.querySelectorAll('audio')].filter(({ srcObject }) => srcObject).map(({ sinkId }) => sinkId)`,
      );
    await page.evaluate(`window.peer = window.atrium.room.localPublication.peerConnection; window.former = ${sent}`);
    await press(page, chooseSound);
    await page.getByRole('meter', { name: 'Level of your microphone' }).waitFor();
    expect(await violations(page)).to.deep.equal([]);
    await page.getByRole('radio', { name: 'Fake Audio Input 2' }).check();
    await until(
      'another one is sent',
      () => page.evaluate(`${sent}.label === 'Fake Audio Input 2' && former.readyState === 'ended'`),
      patienceMs,
    );
    await page.getByRole('radio', { name: 'Fake Audio Output 1' }).check();
    await until(
      'it is heard there',
      async () => (await sinks()).length > 0 && (await sinks()).every((id) => id !== ''),
      patienceMs,
    );
    expect(
      await page.evaluate('peer === window.atrium.room.localPublication.peerConnection'),
      'one connection',
    ).to.equal(true);
    await page.keyboard.press('Escape');
    await hasFocus(page, chooseSound);
    await berta.receives('Ana');

    await press(page, 'More');
    expect(await violations(page)).to.deep.equal([]);
    await page.getByRole('menuitemradio', { name: 'Grid' }).click();
    await page.locator('.tile.tile').nth(1).waitFor();
    await press(page, 'More');
    expect(await page.getByRole('menuitemradio', { name: 'Grid', checked: true }).count()).to.equal(1);
    await item(page, 'Settings');
    for (const scheme of ['dark', 'light'] as const) {
      await page.getByRole('radio', { name: scheme === 'dark' ? 'Dark' : 'Light' }).check();
      await until(
        `it is ${scheme}`,
        () =>
          page.evaluate(
            `[document.documentElement, document.querySelector('atrium-call')].every((each) => getComputedStyle(each).colorScheme === '${scheme}')`,
          ),
        patienceMs,
      );
    }
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de');
    await page.getByRole('dialog', { name: 'Einstellungen' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Mikrofon', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Verlassen', exact: true }).click();
    await page.getByRole('button', { name: 'Zurück in den Raum' }).waitFor();
    expect(await page.evaluate(`getComputedStyle(document.documentElement).colorScheme`)).to.equal('light');
    // The next visit begins in the language.
    await page.reload();
    await page.locator('html[lang=de] form').waitFor();
  });

  it('has on a phone the most important buttons, and a sheet for the rest', async () => {
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
    const window = await newWindow(phone);
    // A stub: no browser without a screen has programs to share with.
    await window.addInitScript(`{
      window.shared = [];
      window.answer = () => Promise.resolve();
      navigator.share = (data) => (shared.push(data), answer());
    }`);
    const { page } = await Visitor.join(window, server().url, 'Ana', 'phone');
    const shown = page.locator('[role="toolbar"] button:visible');
    expect(await Promise.all((await shown.all()).map((button) => button.getAttribute('aria-label')))).to.deep.equal([
      'Microphone',
      'Camera',
      'More',
      'Leave',
    ]);
    await press(page, 'More');
    const box = await page.getByRole('menu', { name: 'More' }).boundingBox();
    expect([box?.x, Math.round(box?.width ?? 0), Math.round((box?.y ?? 0) + (box?.height ?? 0))]).to.deep.equal([
      0, 390, 844,
    ]);
    expect(await violations(page)).to.deep.equal([]);
    await item(page, chooseSound);
    await page.getByRole('dialog', { name: 'Microphone and loudspeaker' }).waitFor();
    await page.keyboard.press('Escape');
    await press(page, 'More');
    await item(page, 'Chat');
    await page.locator('.panel').waitFor();
    await press(page, 'Close chat');
    await hasFocus(page, 'More');

    await window.grantPermissions(['clipboard-read', 'clipboard-write']);
    const link = `${server().url}r/phone`;
    const sheet = page.getByRole('dialog', { name: 'Invitation' });
    await press(page, 'Copy invitation');
    await press(page, 'Share …');
    await sheet.waitFor({ state: 'detached' });
    expect(await page.evaluate('shared')).to.deep.equal([{ title: 'phone', url: link }]);
    await press(page, 'Copy invitation');
    await page.evaluate(`navigator.clipboard.writeText('')`);
    await page.evaluate(`answer = () => Promise.reject(new DOMException('no program takes it', 'NotAllowedError'))`);
    await press(page, 'Share …');
    const copied = (): Promise<unknown> => page.evaluate('navigator.clipboard.readText()');
    await until('it is copied instead', async () => (await copied()) === link, patienceMs);
    expect(await sheet.count(), 'there is more to do').to.equal(1);
  });

  it('shows by borders what is off where the system has its own colours', async () => {
    const { page } = await join('Ana', 'contrast');
    await page.emulateMedia({ forcedColors: 'active' });
    const border = (name: string): Promise<string> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('atrium-call').shadowRoot.querySelector('.controls [aria-label="${name}"]')).borderTopStyle`,
      );
    expect(await border('Microphone')).to.equal('solid');
    await press(page, 'Microphone');
    await until('it differs', async () => (await border('Microphone')) === 'double', patienceMs);
    expect(await border('Leave')).to.equal('double');
  });
});
