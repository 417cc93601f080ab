/* global document, requestAnimationFrame */
/**
 * Takes pictures of the page: a real server, real calls, drawn people before the cameras. All go to test-results/screenshots/, to be
 * looked at; those the documentation shows go to docs/screenshots/ as well.
 *
 *   node scripts/prepare.mjs build programs && node scripts/screenshots.mjs
 *   node scripts/screenshots.mjs nine-person-call left     only these
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'test-results/screenshots');
/** A file that is here is shown by the documentation, and brought up to date. */
const shown = join(root, 'docs/screenshots');
const camera = readFileSync(join(root, 'scripts/drawn-camera.js'), 'utf8');
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const views = [
  { name: 'desktop-dark', size: desktop, scheme: 'dark' },
  { name: 'desktop-light', size: desktop, scheme: 'light' },
  { name: 'phone-dark', size: phone, scheme: 'dark' },
  { name: 'phone-light', size: phone, scheme: 'light' },
  { name: 'low-dark', size: { width: 844, height: 390 }, scheme: 'dark' },
  { name: 'tablet-light', size: { width: 768, height: 1024 }, scheme: 'light' },
];

const wanted = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
const secret = 'a-secret-for-pictures-that-nobody-needs-to-keep';
const recordings = mkdtempSync(join(tmpdir(), 'atrium-pictures-'));
const server = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
  env: {
    ...process.env,
    ...{ PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error' },
    ...{ AUTH: 'optional', KEYS: `pictures: ${secret}`, RECORDINGS_DIR: recordings, RECORDINGS_MIN_FREE_MB: '1' },
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({
  executablePath: browserPath(),
  args: [
    '--no-sandbox',
    '--headless=new',
    '--autoplay-policy=no-user-gesture-required',
    '--disable-gpu',
    // For machines with nothing but loopback.
    '--allow-loopback-in-peer-connection',
  ],
});
const names = ['Ana', 'Bertrand', 'Carl', 'Dana', 'Emil', 'Farah', 'Goran', 'Heidi', 'Imani'];
try {
  const url = await addressOf(server);
  if (isWanted('recording')) await record(url);
  if (isWanted('muted-speech')) await mutedSpeech(url);
  const ana = await visit(url, 0);
  await ana.getByLabel('Your name').fill('Ana');
  for (const view of views) await shoot(ana, 'join', view);
  await enter(ana, 'Ana');

  const others = [];
  const fillUpTo = async (count) => {
    // On a small window not everybody is on the first page.
    await ana.setViewportSize(desktop);
    for (let cast = others.length + 1; cast < count; cast += 1) {
      const page = await visit(url, cast);
      await enter(page, names[cast]);
      // Nobody looks at these, and drawing large pictures would take what the others need.
      if (cast >= 4) await page.setViewportSize({ width: 400, height: 300 });
      others.push(page);
      await pictures(ana, cast + 1);
    }
    await quiet(ana);
  };

  for (const [count, word] of [
    [2, 'two'],
    [4, 'four'],
  ]) {
    await fillUpTo(count);
    for (const view of views) await shoot(ana, `${word}-person-call`, view);
  }

  await say(others[0], 'Good morning! Is the sound all right?');
  await say(ana, 'Loud and clear.');
  await say(others[1], 'Here too. Shall we start with the plan for the garden?');
  await ana.locator('.message-text').nth(2).waitFor();
  for (const view of views) await shoot(ana, 'chat', view);
  await ana.keyboard.press('i');
  await ana.locator('.panel').waitFor();
  for (const view of views) await shoot(ana, 'statistics', view);
  await panel(ana, /^People/);
  for (const view of views) await shoot(ana, 'people', view);
  await ana.keyboard.press('Escape');

  // Somebody is muted, somebody has a hand up, and somebody's camera is off.
  await others[0].getByRole('button', { name: 'Microphone', exact: true }).click();
  await others[1].getByRole('button', { name: 'Raise your hand' }).click();
  await others[2].getByRole('button', { name: 'Camera', exact: true }).click();
  await quiet(ana);
  for (const view of views) await shoot(ana, 'states', view);
  for (const name of ['Choose a microphone', 'Choose a camera', 'React', 'More']) {
    await ana.setViewportSize(desktop);
    const button = ana.getByRole('button', { name, exact: true });
    if ((await button.count()) === 0) continue;
    await button.click();
    for (const view of views) await shoot(ana, `menu-${name.split(' ').at(-1)}`, view);
    await ana.keyboard.press('Escape');
  }
  await ana.setViewportSize(desktop);
  for (const view of views) {
    for (const emoji of ['👏', '❤️', '🎉'])
      await others[0].evaluate((text) => globalThis.atrium.room.send('atrium.reaction', text), emoji);
    await shoot(ana, 'reactions', view);
  }
  await ana.setViewportSize(desktop);
  await others[0].getByRole('button', { name: 'Share your screen' }).click();
  await ana.locator('.tile.screen video').waitFor();
  await quiet(ana);
  for (const view of views) await shoot(ana, 'presenting', view);
  for (const view of views) await shoot(others[0], 'presenter', view);
  await others[0].setViewportSize(desktop);
  await others[0].getByRole('button', { name: 'Stop presenting' }).click();

  const late = await visit(url, 9);
  await enter(late, 'Jo');
  await late.getByRole('button', { name: 'Leave', exact: true }).click();
  for (const view of views) await shoot(late, 'left', view);
  await late.goto(`${url}nowhere`);
  for (const view of views) await shoot(late, 'lost-page', view);

  const blocked = await visit(url, 9, 'blocked');
  for (const view of views) await shoot(blocked, 'blocked', view);
  await blocked.getByLabel('Your name').fill('Jo');
  await blocked.getByRole('button', { name: /^Join/ }).first().click();
  await blocked.getByRole('heading', { name: 'garden' }).waitFor();
  await quiet(blocked);
  for (const view of views) await shoot(blocked, 'listening', view);

  await blocked.close();
  await late.close();

  await others[2].getByRole('button', { name: 'Camera', exact: true }).click();
  if (isWanted('nine-person-call')) await fillUpTo(9);
  for (const view of views) await shoot(ana, 'nine-person-call', view);

  // The server is gone without a word: the pictures stand still.
  server.kill('SIGKILL');
  await ana.getByText('The connection to the server is lost. Reconnecting …').waitFor();
  for (const view of views) await shoot(ana, 'reconnecting', view);
} finally {
  await browser.close();
  server.kill();
  rmSync(recordings, { recursive: true, force: true });
}

/** A moderator records, pauses, goes on and ends it; somebody else sees that. */
async function record(url) {
  const video = { roomJoin: true, room: 'studio', roomAdmin: true, canUpdateOwnMetadata: true };
  const token = await new SignJWT({ sub: 'Mia', name: 'Mia', video })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('pictures')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
  const mia = await visit(`${url}?room=studio#access_token=${token}`, 1, undefined, '');
  await mia.getByRole('button', { name: 'Join', exact: true }).click();
  const ana = await visit(`${url}r/studio`, 0, undefined, '');
  await ana.getByLabel('Your name').fill('Ana');
  await ana.getByRole('button', { name: 'Join', exact: true }).click();
  await pictures(mia, 2);
  await quiet(mia);
  const more = async (name) => {
    await mia.setViewportSize(desktop);
    await mia.getByRole('button', { name: 'More', exact: true }).click();
    await mia.getByRole('menuitem', { name }).click();
  };
  for (const view of views) await shoot(mia, 'recording-none', view);
  await mia.setViewportSize(desktop);
  await mia.getByRole('button', { name: 'Record this call' }).click();
  await ana.locator('.recording-mark').waitFor();
  for (const view of views) await shoot(mia, 'recording', view);
  for (const view of views) await shoot(ana, 'recording-seen', view);
  await mia.setViewportSize(desktop);
  await mia.getByRole('button', { name: 'More', exact: true }).click();
  for (const view of views) await shoot(mia, 'recording-menu', view);
  await mia.keyboard.press('Escape');
  await more('Pause recording');
  await mia.locator('.recording-mark[data-mark=paused]').waitFor();
  for (const view of views) await shoot(mia, 'recording-paused', view);
  await more('Resume recording');
  await mia.getByRole('button', { name: 'Stop recording' }).click();
  await mia.locator('.recording-mark').waitFor({ state: 'detached' });
  for (const view of views) await shoot(mia, 'recording-ended', view);
  await more('Recordings');
  await mia
    .getByRole('button', { name: /^Download/ })
    .nth(1)
    .waitFor();
  for (const view of views) await shoot(mia, 'recording-list', view);
  await Promise.all([mia.close(), ana.close()]);
}

/** The user speaks, and their microphone is off. That is said once a minute, so each view has a page of its own. */
async function mutedSpeech(url) {
  const other = await visit(url, 1, undefined, 'r/green');
  const join = async (page, name) => {
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Join', exact: true }).click();
  };
  await join(other, 'Bertrand');
  for (const view of views) {
    const page = await visit(url, 2, 'loud', 'r/green');
    await page.setViewportSize(view.size);
    await join(page, 'Carl');
    await pictures(page, 2);
    await page.getByRole('button', { name: 'Microphone', exact: true }).click();
    await page.getByText('You are speaking, but your microphone is off.').waitFor();
    await page.mouse.move(0, 0);
    await shoot(page, 'muted-speech', view);
    await page.close();
  }
  await other.close();
}

/** @param devices `blocked`: the browser gives none. `loud`: a microphone that is heard */
async function visit(url, cast, devices, path = 'r/garden') {
  const context = await browser.newContext({ viewport: desktop, colorScheme: 'dark' });
  const none = `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));`;
  await context.addInitScript(
    devices === 'blocked' ? none : `window.cast = ${cast};window.isLoud = ${devices === 'loud'};{${camera}}`,
  );
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  return page;
}

async function enter(page, name) {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('heading', { name: 'garden' }).waitFor();
}

async function say(page, text) {
  const line = page.getByLabel('Message to everybody');
  if (!(await line.isVisible())) await page.getByRole('button', { name: /^Chat/ }).click();
  await line.fill(text);
  await line.press('Enter');
}

async function panel(page, name) {
  await page.setViewportSize(desktop);
  await page.getByRole('button', { name }).click();
  await page.locator('.panel').waitFor();
}

function pictures(page, count) {
  const last = page.locator('.tile[data-picture=yes]').nth(count - 1);
  return last.waitFor({ state: 'attached', timeout: 180_000 });
}

/** Passing notes are gone. */
function quiet(page) {
  return page.locator('.toast').first().waitFor({ state: 'detached', timeout: 60_000 });
}

/** `recording` stands for all that begin so. */
function isWanted(what) {
  return (
    wanted.length === 0 || wanted.includes(what) || (wanted.includes('recording') && what.startsWith('recording-'))
  );
}

async function shoot(page, what, { name, size, scheme }) {
  if (!isWanted(what)) return;
  const file = `${what}-${name}.png`;
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize(size);
  await page.evaluate(() => document.activeElement?.blur());
  // Two frames: the layout has followed the new size, and pictures are drawn again.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(folder, file) });
  if (existsSync(join(shown, file))) copyFileSync(join(folder, file), join(shown, file));
  process.stdout.write(`${file}\n`);
}

function addressOf({ stdout }) {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      const [address] = /http:\S+/.exec(line) ?? [];
      if (address) resolve(address);
    });
    lines.on('close', () => reject(new Error('The server did not start.')));
  });
}

function browserPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = names.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find(Boolean);
  return process.env.CHROMIUM ?? found;
}
