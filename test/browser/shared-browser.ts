import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, openWindow, type RunningBrowser } from '../../tools/chromium.js';

let shared: Promise<RunningBrowser> | undefined;

/** One Chromium for all tests that do not kill it: starting it costs a second. It is closed after the last test. */
export function sharedBrowser(): Promise<RunningBrowser> {
  shared ??= launchBrowser();
  return shared;
}

// A hook outside of any suite runs after all tests.
after(async () => {
  await (await shared)?.close();
});

/** The shared Chromium for the tests of one `describe`, whose windows are closed after each. @returns opens a window, as `openWindow` */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<BrowserContext> {
  let chromium: RunningBrowser | undefined;
  before(async () => {
    chromium = await sharedBrowser();
  });
  afterEach(async () => {
    for (const window of chromium?.browser.contexts() ?? []) await window.close();
  });
  return (options) => {
    if (!chromium) throw new Error('the browser is there between before and after');
    return openWindow(chromium.browser, options);
  };
}
