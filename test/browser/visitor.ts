import type { BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { until } from '../support/until.js';

const media = z.object({
  audioPackets: z.number(),
  videoPackets: z.number(),
  frames: z.number(),
  keyFrames: z.number(),
  keyFrameRequests: z.number(),
});
const statistics = z.object({ state: z.string(), received: media, sent: media });
/** The result of `window.atrium.inspect()` in the page (demo/inspection.ts). */
const inspection = z.object({
  joined: z.boolean(),
  sent: statistics.optional(),
  received: z.array(
    z.object({
      participant: z.string(),
      statistics: statistics.optional(),
      video: z.object({ width: z.number(), height: z.number(), currentTime: z.number() }).optional(),
    }),
  ),
});

export type Inspection = z.infer<typeof inspection>;
type Received = Inspection['received'][number];

/** How long a step with a browser may take on a machine that runs several. */
export const patienceMs = 60_000;

/** A user of the demo. */
export class Visitor {
  readonly page: Page;
  readonly name: string;
  /** Errors of the page, and what its policies have kept from it. */
  readonly errors: string[] = [];
  /** The URLs of the page's requests. */
  readonly origins = new Set<string>();

  private constructor(page: Page, name: string) {
    this.page = page;
    this.name = name;
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (/Content.Security.Policy|Permissions.Policy/i.test(message.text())) this.errors.push(message.text());
    });
    page.on('request', (request) => this.origins.add(new URL(request.url()).origin));
  }

  /** Opens the page by a link to the room, fills the form and joins. */
  static async join(
    window: BrowserContext,
    url: string,
    name: string,
    room: string,
    button: 'Join' | 'Join to listen, without camera and microphone' = 'Join',
  ): Promise<Visitor> {
    const visitor = await Visitor.open(window, `${url}r/${encodeURIComponent(room)}`, name);
    await visitor.page.getByRole('button', { name: button, exact: true }).click();
    await visitor.page.getByRole('heading', { name: room, exact: true }).waitFor();
    return visitor;
  }

  /** Opens the page and enters the name; the room comes from the address. */
  static async open(window: BrowserContext, address: string, name: string): Promise<Visitor> {
    const visitor = new Visitor(await window.newPage(), name);
    await visitor.page.goto(address);
    await visitor.page.getByLabel('Your name').fill(name);
    return visitor;
  }

  async inspect(): Promise<Inspection> {
    return inspection.parse(await this.page.evaluate('window.atrium.inspect()'));
  }

  /** The names on the tiles, own first. */
  tiles(): Promise<string[]> {
    return this.page.locator('.tile .tile-text').allTextContents();
  }

  async seesTiles(...names: readonly string[]): Promise<void> {
    await this.#until(
      `has tiles of exactly ${names.join(', ')}`,
      async () => (await this.tiles()).sort().join() === [...names].sort().join(),
    );
  }

  /** Resolves when pictures and sound of all of them play, more than one frame. */
  async receives(...names: readonly string[]): Promise<void> {
    const first = new Map<string, Received>();
    await this.#until(`sees and hears ${names.join(', ')}`, async () => {
      const { received } = await this.inspect();
      const playing = names.map((name) => {
        const now = received.find(({ participant }) => participant === name);
        if (!now?.statistics || !now.video || now.video.width === 0) return false;
        const before = first.get(name) ?? now;
        first.set(name, before);
        return advanced(before, now);
      });
      return playing.every(Boolean);
    });
  }

  /** Resolves when the tile of that person shows a picture, or none. */
  async showsPicture(of: string, shown: boolean): Promise<void> {
    const tile = this.page.locator('.tile', { has: this.page.locator('.tile-text').getByText(of, { exact: true }) });
    await this.#until(
      `sees ${shown ? 'a' : 'no'} picture of ${of}`,
      async () => (await tile.getAttribute('data-picture')) === (shown ? 'yes' : 'no'),
    );
  }

  /** Checks rarely, to leave the machine to the call. */
  #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    return until(`${this.name} ${what}`, condition, patienceMs, 100);
  }

  /** Writes into the chat as a user does. */
  async say(text: string): Promise<void> {
    const line = this.page.getByLabel('Message to everybody');
    if (!(await line.isVisible())) await this.openChat();
    await line.fill(text);
    await line.press('Enter');
  }

  /** On a phone it is in the menu. @param unread what its button says besides */
  async openChat(unread = 0): Promise<void> {
    const name = unread === 0 ? /^Chat/ : `Chat: ${unread} unread`;
    const button = this.page.getByRole('button', { name });
    if (await button.isVisible()) {
      await button.click();
      return;
    }
    await this.page.getByRole('button', { name: /^More/ }).click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  async leave(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave' }).click();
    await this.page.getByRole('heading', { name: /^You left / }).waitFor();
  }

  /** Kills the process of the page, so that the page cannot leave properly. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash');
    const devTools = await this.page.context().newCDPSession(this.page);
    // There is no answer, because the process is dead.
    devTools.send('Page.crash').catch(() => undefined);
    await crashed;
  }
}

/** Resolves when everybody receives everybody else. */
export async function seeEachOther(...visitors: readonly Visitor[]): Promise<void> {
  await Promise.all(
    visitors.map((visitor) =>
      visitor.receives(...visitors.filter((other) => other !== visitor).map(({ name }) => name)),
    ),
  );
}

function advanced(first: Received, now: Received): boolean {
  const before = first.statistics?.received;
  const after = now.statistics?.received;
  if (!before || !after || !first.video || !now.video) return false;
  return (
    after.frames >= before.frames + 3 &&
    after.audioPackets >= before.audioPackets + 10 &&
    now.video.currentTime > first.video.currentTime
  );
}
