import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { useServer } from '../support/server.js';
import { useBrowser } from './shared-browser.js';

const { resolve } = createRequire(import.meta.url);
const script = readFileSync(join(dirname(resolve('open-easyrtc/package.json')), 'api/easyrtc.js'), 'utf8');

/** The functions of the original client that the tests call, as documented. */
const start = (userName: string): string => `
  window.heard = [];
  window.occupants = {};
  window.note = (...line) => window.heard.push(line);
  easyrtc.enableVideo(true);
  easyrtc.enableAudio(true);
  easyrtc.setUsername('${userName}');
  easyrtc.setRoomOccupantListener((room, list) => { window.occupants[room] = list; });
  easyrtc.setRoomEntryListener((entered, room) => note('room', entered, room));
  easyrtc.setPeerListener((from, type, data, target) => note('message', from, type, data, target.targetRoom));
  easyrtc.setOnError((error) => note('error', error.errorCode, error.errorText));
  easyrtc.setOnStreamClosed((peer) => note('hangup', peer));
  easyrtc.setDisconnectListener(() => note('disconnected'));
  easyrtc.setAcceptChecker((peer, accept) => accept(true));
  easyrtc.setStreamAcceptor((peer, stream) => easyrtc.setVideoObjectSrc(document.getElementById('remote'), stream));
`;

/** Whether an expression becomes true in the page in time. */
async function becomes(page: Page, expression: string): Promise<void> {
  try {
    await page.waitForFunction(expression, undefined, { timeout: 15_000 });
  } catch (error) {
    const state = await page.evaluate('JSON.stringify({ heard: window.heard, occupants: window.occupants })');
    throw new Error(`Not in the page: ${expression}; there is ${String(state)}`, { cause: error });
  }
}

describe('EasyRTC §13 the original browser client in Chromium', function () {
  this.timeout(60_000);
  const server = useServer();
  const newWindow = useBrowser();

  async function open(userName: string): Promise<{ page: Page; id: string }> {
    const { url } = server();
    const context = await newWindow();
    const page = await context.newPage();
    // A page of the server's own origin, which may use the camera.
    await page.route('**/easyrtc-page', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<video id="remote" autoplay playsinline></video>' }),
    );
    await page.goto(`${url}easyrtc-page`);
    await page.addScriptTag({ url: `${url}socket.io/socket.io.js` });
    await page.addScriptTag({ content: script });
    await page.evaluate(start(userName));
    const id = await page.evaluate<string>(`new Promise((resolve, reject) =>
      easyrtc.initMediaSource(
        () => easyrtc.connect('demo', resolve, (code, text) => reject(new Error(code + text))),
        (code, text) => reject(new Error(code + text))))`);
    return { page, id };
  }

  it('connects, calls, sends messages, changes rooms, hangs up and leaves', async () => {
    const ana = await open('Ana');
    const ben = await open('Ben');
    await becomes(ana.page, `window.occupants.default?.['${ben.id}']?.username === 'Ben'`);
    await becomes(ben.page, `window.occupants.default?.['${ana.id}']?.username === 'Ana'`);

    await ben.page.evaluate(
      `easyrtc.call('${ana.id}', () => note('called'), (code, text) => note('failed', code, text))`,
    );
    for (const { page } of [ana, ben]) {
      await becomes(page, `document.getElementById('remote').videoWidth > 0`);
      await becomes(page, `document.getElementById('remote').currentTime > 0.5`);
    }
    await becomes(ben.page, `window.heard.some(([what]) => what === 'called')`);

    await ana.page.evaluate(`easyrtc.sendDataWS('${ben.id}', 'chat', 'to you')`);
    await becomes(ben.page, `window.heard.some(([, from, type, data]) => from === '${ana.id}' && data === 'to you')`);
    await ana.page.evaluate(`easyrtc.sendDataWS({ targetRoom: 'default' }, 'chat', 'to all')`);
    await becomes(ben.page, `window.heard.some(([, , , data, room]) => data === 'to all' && room === 'default')`);

    await ana.page.evaluate(`easyrtc.updatePresence('away', 'lunch')`);
    await becomes(ben.page, `window.occupants.default['${ana.id}'].presence.status === 'lunch'`);
    await ana.page.evaluate(`easyrtc.setRoomApiField('default', 'hand', true)`);
    await becomes(ben.page, `window.occupants.default['${ana.id}'].apiField?.hand?.fieldValue === true`);

    for (const { page } of [ana, ben]) {
      await page.evaluate(`new Promise((resolve, reject) => easyrtc.joinRoom('side', null, resolve, reject))`);
    }
    await becomes(ana.page, `window.occupants.side?.['${ben.id}'] !== undefined`);
    await ben.page.evaluate(`new Promise((resolve, reject) => easyrtc.leaveRoom('side', resolve, reject))`);
    await becomes(ana.page, `window.occupants.side?.['${ben.id}'] === undefined`);

    await ben.page.evaluate(`easyrtc.hangup('${ana.id}')`);
    await becomes(ana.page, `window.heard.some(([what, peer]) => what === 'hangup' && peer === '${ben.id}')`);

    await ben.page.evaluate(`easyrtc.disconnect()`);
    await becomes(ben.page, `window.heard.some(([what]) => what === 'disconnected')`);
    await becomes(ana.page, `window.occupants.default['${ben.id}'] === undefined`);
    for (const { page } of [ana, ben]) {
      expect(await page.evaluate(`window.heard.filter(([what]) => what === 'error')`)).to.deep.equal([]);
    }
  });
});
