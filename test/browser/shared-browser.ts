import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, openWindow, type RunningBrowser } from '../../tools/chromium.js';

/** Settings of devices that are cheap enough for several browsers on two cores. */
const cheapDevices = `{
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const cheap = {
    video: { width: 320, height: 240, frameRate: 5 },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
  navigator.mediaDevices.getUserMedia = (wanted) => {
    const constraints = { ...wanted };
    for (const kind of ['video', 'audio']) {
      if (wanted[kind]) constraints[kind] = { ...(wanted[kind] === true ? {} : wanted[kind]), ...cheap[kind] };
    }
    return open(constraints);
  };
}`;

const shared = new Map<boolean, Promise<RunningBrowser>>();

/**
 * One Chromium for all tests that do not kill it: starting it costs a second. It is closed after the last test.
 * @param isWhole as for `launchBrowser`
 */
export function sharedBrowser(isWhole = false): Promise<RunningBrowser> {
  const running = shared.get(isWhole) ?? launchBrowser({ isWhole });
  shared.set(isWhole, running);
  return running;
}

// A hook outside of any suite runs after all tests.
after(async () => {
  for (const running of shared.values()) await (await running).close();
});

/**
 * The shared Chromium for the tests of one `describe`, whose windows are closed after each. Their devices are cheap.
 * @param isWhole as for `launchBrowser`
 * @param stays the windows are closed after the last test: a call that several tests look at costs less than one for each
 * @returns opens a window, as `openWindow`
 */
export function useBrowser({ isWhole = false, stays = false } = {}): (
  options?: BrowserContextOptions,
) => Promise<BrowserContext> {
  let chromium: RunningBrowser | undefined;
  before(async () => {
    chromium = await sharedBrowser(isWhole);
  });
  (stays ? after : afterEach)(async () => {
    for (const window of chromium?.browser.contexts() ?? []) await window.close();
  });
  return async (options) => {
    if (!chromium) throw new Error('the browser is there between before and after');
    const window = await openWindow(chromium.browser, options);
    await window.addInitScript(cheapDevices);
    return window;
  };
}
