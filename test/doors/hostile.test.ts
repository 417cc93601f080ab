import { expect } from 'chai';
import { doors, enter, openViduDoor } from './doors.js';
import { openViduSecret } from './openvidu-back-end.js';
import { rows } from './rows.js';
import { DoorStage } from './stage.js';

for (const row of rows) {
  describe(`At every door: ${row.title}`, function () {
    this.timeout(60_000);
    const stage = new DoorStage({ ...row.config, openvidu: { secret: openViduSecret } }, row.options);
    const cells = [...doors, openViduDoor].filter((door) => row.fits(door));
    /** By door: the slow ones run at the same time. */
    const running = new Map<string, Promise<readonly string[]>>();

    before(async () => {
      await stage.start();
      if (!row.isSlow) return;
      for (const [index, door] of cells.entries()) {
        const cell = row.run(stage, door, `client${index}`);
        cell.catch(() => undefined);
        running.set(door.name, cell);
      }
    });
    after(() => stage.stop());

    for (const [index, door] of cells.entries()) {
      it(door.name, async () => {
        const got = await (running.get(door.name) ?? row.run(stage, door, `client${index}`));
        const wanted = row.answer(door);
        expect(got, JSON.stringify(got)).to.have.lengthOf(wanted.length);
        for (const [at, line] of wanted.entries()) {
          if (typeof line === 'string') expect(got[at]).to.equal(line);
          else expect(got[at]).to.match(line);
        }
        const healthy = stage.keep(await enter(door, stage.origin, { name: `healthy${index}` }));
        await healthy.ask();
        if (!row.isSlow) await stage.empty();
      });
    }

    it('nothing is left', async () => {
      await stage.empty();
      expect(stage.lines.filter(({ level }) => level === 'error')).to.deep.equal([]);
    });
  });
}
