import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Room } from '../../client/room.js';
import { roomsRecordSchema } from '../../rooms/index.js';
import type { RoomsRecord } from '../../rooms/index.js';
import { Proxy } from '../browser/session-proxy.js';
import { ServiceStage } from '../support/service-stage.js';
import { until } from '../support/until.js';
import { inBrowserWorld } from './browser-world.js';

const said = 40;
const seed = Number(process.env.SEED ?? 20_261_129);

/** Small, and the same in each run (Park and Miller). */
function chance(from: number): () => number {
  let state = from % 2_147_483_647;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A client behind a network that breaks, and the texts that it hears. */
class Guest {
  readonly heard: string[] = [];
  readonly proxy: Proxy;
  readonly room: Room;

  private constructor(proxy: Proxy, room: Room) {
    this.proxy = proxy;
    this.room = room;
    room.on('message', ({ text }) => this.heard.push(text));
  }

  static async join(port: number, user: string): Promise<Guest> {
    const proxy = await Proxy.to(port);
    const clock = { now: () => performance.now(), wait: () => turn(), random: () => 0 };
    const room = new Room({ url: `ws://127.0.0.1:${proxy.port}/room`, room: 'r', user, clock });
    const guest = new Guest(proxy, room);
    await room.join();
    return guest;
  }

  async leave(): Promise<void> {
    await this.room.leave();
    this.proxy.close();
  }
}

describe('a client whose connection breaks again and again', function () {
  this.timeout(60_000);
  inBrowserWorld();
  const stages: ServiceStage[] = [];
  let guests: Guest[] = [];

  afterEach(async () => {
    for (const guest of guests) await guest.leave();
    for (const stage of stages.splice(0)) await stage.stop();
    guests = [];
  });

  async function start(former?: RoomsRecord): Promise<ServiceStage> {
    const [before] = stages;
    const port = before ? Number(new URL(before.origin).port) : 0;
    const stage = new ServiceStage({ port }, { former }, before?.media);
    stages.push(stage);
    await stage.start();
    return stage;
  }

  /** The server stops and goes on in another process, which is like this one. */
  async function restart(): Promise<void> {
    const stage = stages.at(-1);
    let text = '';
    await stage?.service.handOver((rooms) => {
      text = JSON.stringify(rooms);
    });
    await stage?.stop();
    await start(roomsRecordSchema.parse(JSON.parse(text)));
  }

  for (const [what, restarts] of [
    ['', 0],
    [' while the server is restarted too', 3],
  ] as const) {
    it(`is told everything once and in order, and each of its requests is served once${what}`, async () => {
      const random = chance(seed + restarts);
      const stage = await start();
      const port = Number(new URL(stage.origin).port);
      guests = await Promise.all(['ana', 'ben'].map((user) => Guest.join(port, user)));
      const breaking = (async () => {
        for (let round = 0; round < 30; round += 1) {
          for (const { proxy } of guests) {
            if (random() < 0.5) {
              proxy.cut();
              proxy.mend();
            }
            for (let turns = Math.floor(random() * 40); turns > 0; turns -= 1) await turn();
          }
          if (round % 8 === 7 && stages.length <= restarts) await restart();
        }
      })();
      const saying = guests.map(async ({ room }, index) => {
        for (let number = 0; number < said; number += 1) {
          await room.chat(`${index} ${number}`);
          for (let turns = Math.floor(random() * 10); turns > 0; turns -= 1) await turn();
        }
      });
      await Promise.all([breaking, ...saying]);
      await until('everybody has heard everything', () => guests.every(({ heard }) => heard.length >= 2 * said));
      const [ana, ben] = guests.map(({ heard }) => heard);
      expect(ana).to.deep.equal(ben);
      for (const index of [0, 1]) {
        const own = ana?.filter((text) => text.startsWith(`${index} `));
        expect(own).to.deep.equal(Array.from({ length: said }, (_each, number) => `${index} ${number}`));
      }
      expect(stages.at(-1)?.rooms.find('r')?.size).to.equal(2);
    });
  }
});
