import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { Rig } from '../cluster/processes/rig.js';
import { RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { useBrowser } from './shared-browser.js';
import { patienceMs, seeEachOther, Visitor } from './visitor.js';

/** The longest time for which a picture may stand still, in ms. */
const longestPauseMs = 300;
/** How often the owner is killed, while the machine makes pictures stop. */
const mostKills = 6;
const room = 'nodes';
const names = ['Ana', 'Berta', 'Clara'] as const;

/**
 * From now on the page measures how long each picture stands still: the time in which somebody who looks often sees the same one. The first
 * is the person's own, which no server has a part in: it stands still when the machine has too much to do.
 */
const watchPictures = `{
  const call = document.querySelector('atrium-call').shadowRoot;
  const videos = [...call.querySelectorAll('.tile[data-participant] video')];
  const isOwn = (video) => video.closest('.tile').dataset.participant === window.atrium.room.user;
  const pictures = videos.sort((one, other) => isOwn(other) - isOwn(one)).map((video) => ({ video, at: -1, pause: 0 }));
  const watching = setInterval(() => {
    const now = performance.now();
    for (const picture of pictures) {
      const { totalVideoFrames: at } = picture.video.getVideoPlaybackQuality();
      if (at !== picture.at) Object.assign(picture, { at, since: now });
      picture.pause = Math.max(picture.pause, Math.round(now - picture.since));
    }
  }, 20);
  window.pauses = () => {
    clearInterval(watching);
    return pictures.map(({ pause }) => pause);
  };
}`;

/** From now on the person says something every 50 ms, until \`hush\`, which resolves when the server has taken all of it. */
const talk = `{
  const { room } = window.atrium;
  window.heard = [];
  room.on('message', ({ text }) => window.heard.push(text));
  const said = [];
  const talking = setInterval(() => said.push(room.chat(room.user + ' ' + said.length)), 50);
  window.hush = async () => {
    clearInterval(talking);
    await Promise.all(said);
    return said.length;
  };
}`;

/** Where a picture stands still that no server has a part in, the machine has too much to do for the others too. */
const allowedPause = (own: number): number => Math.max(longestPauseMs, own + longestPauseMs / 2);

describe('a call of three through three nodes', function () {
  this.timeout(8 * patienceMs);
  const newWindow = useBrowser();
  let rig: Rig;

  before(async function () {
    if (!RedisServer.isInstalled) this.skip();
    rig = await Rig.start();
  });

  after(async () => {
    if (RedisServer.isInstalled) await rig.close();
  });

  /** A visitor whose browser comes to that node first, and what its sockets have brought of what was said. */
  async function enter(name: string, node: number): Promise<{ visitor: Visitor; frames: string[] }> {
    const front = await rig.front(node);
    const window = await newWindow();
    const frames: string[] = [];
    window.on('page', (page) => {
      page.on('websocket', (socket) => {
        socket.on('framereceived', ({ payload }) => {
          const text = saidIn(payload.toString());
          if (text !== undefined) frames.push(text);
        });
      });
    });
    return { visitor: await Visitor.join(window, `http://127.0.0.1:${front.port}/`, name, room), frames };
  }

  const heardBy = async ({ page }: { page: Page }): Promise<string[]> =>
    z.array(z.string()).parse(await page.evaluate('window.heard'));

  it('goes on when the owner of its room is killed: no picture stops, and what is said is heard once and in order', async () => {
    const people = await Promise.all(names.map((name, index) => enter(name, index)));
    const visitors = people.map(({ visitor }) => visitor);
    await seeEachOther(...visitors);
    for (const { page } of visitors) await page.evaluate(talk);
    const heard = async (least: number): Promise<void> =>
      until(
        `everybody has heard ${least}`,
        async () => (await Promise.all(visitors.map(heardBy))).every(({ length }) => length >= least),
        patienceMs,
        100,
      );
    /** @returns how long pictures stood still meanwhile, in ms: those of others, and those of the people themselves */
    const killsOwner = async (): Promise<{ theirs: number; own: number }> => {
      await heard((await heardBy(visitors[0] ?? expect.fail())).length + 20);
      const owner = await rig.owner(room);
      for (const { page } of visitors) await page.evaluate(watchPictures);
      await owner.kill();
      await until('another node owns the room', async () => ![undefined, owner].includes(await rig.ownerOf(room)));
      await heard((await heardBy(visitors[0] ?? expect.fail())).length + 100);
      const seen = z
        .array(z.array(z.number()).length(names.length))
        .parse(await Promise.all(visitors.map(({ page }) => page.evaluate('window.pauses()'))));
      return {
        theirs: Math.max(...seen.flatMap(([_own, ...others]) => others)),
        own: Math.max(...seen.map(([pause = 0]) => pause)),
      };
    };
    const pauses = [await killsOwner()];
    // What would stop pictures would stop them each time; a machine with too much to do does not.
    while (pauses.every(({ theirs, own }) => theirs > allowedPause(own)) && pauses.length < mostKills) {
      await rig.mend();
      pauses.push(await killsOwner());
    }
    const counts = await Promise.all(visitors.map(({ page }) => page.evaluate('window.hush()')));
    const said = z.array(z.number()).parse(counts);
    await heard(said.reduce((sum, count) => sum + count, 0));
    const all = await Promise.all(visitors.map(heardBy));
    for (const [index, { frames, visitor }] of people.entries()) {
      expect(all[index], `${visitor.name} heard what all hear`).to.deep.equal(all[0]);
      expect(frames.slice(-(all[0]?.length ?? 0)), `the server told ${visitor.name} nothing twice`).to.deep.equal(
        all[0],
      );
      const own = all[0]?.filter((text) => text.startsWith(`${visitor.name} `));
      expect(own).to.deep.equal(
        Array.from({ length: said[index] ?? 0 }, (_each, number) => `${visitor.name} ${number}`),
      );
    }
    process.stdout.write(`      the longest pauses of pictures, in ms: ${JSON.stringify(pauses)}\n`);
    const { theirs, own } = pauses.at(-1) ?? expect.fail();
    expect(theirs).to.be.at.most(allowedPause(own));
    const { visitor: dilan } = await enter('Dilan', 0);
    await Promise.all([dilan.receives(...names), ...visitors.map((visitor) => visitor.receives('Dilan'))]);
    await visitors[0]?.page.keyboard.press('m');
    await until(
      'Dilan knows that Ana is muted',
      () => dilan.page.evaluate('window.atrium.room.participants.get("Ana").state.audio === false'),
      patienceMs,
    );
    for (const visitor of [...visitors, dilan]) {
      expect(visitor.errors).to.deep.equal([]);
      await visitor.leave();
    }
    await rig.expectNothingLeft();
  });
});

function saidIn(payload: string): string | undefined {
  const frame = z
    .object({ method: z.literal('sendMessage'), params: z.object({ message: z.string() }) })
    .safeParse(JSON.parse(payload));
  return frame.data?.params.message;
}
