import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { defaultBindAddress } from '../media/embedded/transport/local-addresses.js';

/** A Chromium of our own: a process that can be closed, or killed as a crash would. */
export interface RunningBrowser {
  readonly browser: Browser;
  /** SIGKILL to the browser and all its processes: nothing in it can say good-bye. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** What Chromium has for a person at its window. No page needs it, and the menu of the address bar alone costs each window half a second. */
const disabledFeatures: readonly string[] = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'SpareRendererForSitePerProcess',
  // Chromium takes the last list alone, so these of Playwright's are repeated.
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

/** What every Chromium of ours is started with. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--headless=new',
  '--use-fake-ui-for-media-stream',
  // Chromium shares this screen without asking the user.
  '--auto-select-desktop-capture-source=Entire screen',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-gpu',
  // Nothing may leave the machine, and nothing but the call may use its two cores.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${disabledFeatures.join(',')}`,
  // On a machine with nothing but loopback Chromium would find no candidate at all.
  '--allow-loopback-in-peer-connection',
];

export const devicePermissions: readonly string[] = ['camera', 'microphone'];

/**
 * Of somebody who only listens. Chromium hides the addresses of a page that may use no device; on a machine with nothing but
 * loopback it then has none at all and would never connect to anything, so the page gets permissions it does not use.
 */
export const listenerPermissions: readonly string[] = defaultBindAddress() === undefined ? [] : devicePermissions;

/** The path that CHROMIUM names, or the first Chromium on the PATH. */
export function findBrowser(): string {
  const named = process.env.CHROMIUM;
  if (named) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = pathOf(name);
    if (found !== undefined) return found;
  }
  throw new Error('The browser tests need Chromium: install it, or set CHROMIUM to its path.');
}

/**
 * The headless shell: Chromium's engine without what is around a page, so that a window costs half as much. A window that is closed says
 * nothing to its page there. Where it is not installed, and with CHROMIUM, it is the browser itself.
 */
function findShell(): string {
  const found = process.env.CHROMIUM ? undefined : pathOf('chromium-headless-shell');
  return found ?? findBrowser();
}

function pathOf(program: string): string | undefined {
  const found = spawnSync('which', [program], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/**
 * `devices`: whether there are a camera and a microphone, made up by the browser. Default: true.
 * `isWhole`: that it is what people use, and not the headless shell. Default: false.
 */
export async function launchBrowser({ devices = true, isWhole = false } = {}): Promise<RunningBrowser> {
  const server = await chromium.launchServer({
    executablePath: isWhole ? findBrowser() : findShell(),
    args: [...chromiumArgs, ...(devices ? ['--use-fake-device-for-media-stream'] : [])],
  });
  const browser = await chromium.connect(server.wsEndpoint());
  return { browser, kill: () => server.kill(), close: () => server.close() };
}

/**
 * A window of its own, as another person has it; camera and microphone are allowed unless `options` says otherwise. Without `reducedMotion`
 * this person wants no motion, which spares the machine an eighth of a call.
 */
export function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 960, height: 600 },
    reducedMotion: 'reduce',
    permissions: [...devicePermissions],
    ...options,
  });
}
