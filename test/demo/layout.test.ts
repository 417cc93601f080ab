import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  arrange,
  perPage,
  type Box,
  type Framed,
  type LayoutChoice,
  type Size,
  type Wish,
} from '../../demo/model/layout.js';

interface Seen extends Framed {
  readonly id: string;
}

const desktop: Size = { width: 1240, height: 640 };
const phone: Size = { width: 370, height: 690 };
const landscapePhone: Size = { width: 770, height: 374 };

/** The stage in each window: without the head, the bar and the panel, about as the page has them. */
const panelPx = 356;
const windows = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 844, height: 390 },
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const stages = windows.flatMap(({ width, height }): Size[] => [
  { width: width - 40, height: height - 150 },
  { width: Math.max(200, width - 40 - panelPx), height: height - 150 },
]);

const choices: readonly LayoutChoice[] = ['auto', 'grid', 'speaker'];

/** The user of the page is the first of them. */
function people(count: number, aspect: number | undefined = 16 / 9): Seen[] {
  return Array.from({ length: count }, (_, index) => ({ id: `p${index}`, own: index === 0, isScreen: false, aspect }));
}

function screenOf(id: string, own = false): Seen {
  return { id: `${id}/screen`, own, isScreen: true, aspect: 16 / 10 };
}

function seat(pictures: readonly Seen[], stage: Size, wish: Partial<Wish<Seen>> = {}) {
  return arrange(pictures, stage, { choice: 'auto', page: 0, corner: 'bottom right', ...wish });
}

function idsOf({ places }: ReturnType<typeof seat>): string[] {
  return places.map(({ picture }) => picture.id);
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

/** What is wrong: something that does not lie on the stage, or that lies on another, which only an inset may. */
function faults(stage: Size, { places, more, pager }: ReturnType<typeof seat>): string[] {
  const boxes = [...places, ...(more ? [more] : []), ...(pager ? [{ box: pager }] : [])];
  const flat = boxes.filter((each) => !('role' in each && each.role === 'inset')).map(({ box }) => box);
  const outside = boxes.filter(
    ({ box: { left, top, width, height } }) =>
      !(left >= 0 && top >= 0 && left + width <= stage.width && top + height <= stage.height),
  );
  const covered = flat.filter((box, index) => flat.slice(index + 1).some((other) => overlap(box, other)));
  return [
    ...outside.map(({ box }) => `outside: ${JSON.stringify(box)}`),
    ...covered.map((box) => `overlaps: ${JSON.stringify(box)}`),
  ];
}

describe('the layout of the stage', () => {
  it('fits every window, with the panel open or not, for one to sixteen people, on every page', () => {
    const wrong: string[] = [];
    for (const stage of stages) {
      for (let count = 1; count <= 16; count++) {
        for (const screens of [0, 1, 2]) {
          for (const choice of choices) {
            const pictures = [...people(count), ...[screenOf('p1'), screenOf('p0', true)].slice(0, screens)];
            for (const pinned of [undefined, pictures.at(-1)]) {
              const shown = new Set<string>();
              const { pages } = seat(pictures, stage, { choice, pinned });
              for (let page = 0; page < pages; page++) {
                const what = `${count} people, ${screens} screens on ${stage.width}×${stage.height}, ${choice}, page ${page}`;
                const arrangement = seat(pictures, stage, { choice, pinned, page });
                const { places, more } = arrangement;
                const tiny = places.filter(({ box }) => Math.min(box.width, box.height) < 60);
                const told = more ? more.count + places.length : pictures.length;
                wrong.push(
                  ...[...faults(stage, arrangement), ...tiny.map(() => 'tiny')].map((fault) => `${what}: ${fault}`),
                );
                if (told !== pictures.length) wrong.push(`${what}: ${told} told`);
                for (const { picture } of places) shown.add(picture.id);
              }
              if (shown.size < pictures.length) wrong.push(`${count} people on ${stage.width}: not all are on a page`);
            }
          }
        }
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it('fits stages of any size, pictures of any shape, and any page that is asked for', () => {
    const side = fc.integer({ min: 0, max: 4000 });
    const shape = fc.option(fc.double({ min: 0.2, max: 5, noNaN: true }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.record({ width: side, height: side }),
        shape,
        fc.constantFrom(...choices),
        fc.integer({ min: -3, max: 30 }),
        fc.boolean(),
        (count, stage, aspect, choice, page, presents) => {
          const pictures = [...people(count, aspect), ...(presents ? [screenOf('p1')] : [])];
          // A gap alone is wider than a stage of nothing.
          if (Math.min(stage.width, stage.height) < 60) return;
          expect(faults(stage, seat(pictures, stage, { choice, page }))).to.deep.equal([]);
        },
      ),
    );
  });

  it('gives the stage to the other of two, and oneself a corner of it', () => {
    for (const stage of [desktop, phone, landscapePhone]) {
      const [main, inset, ...rest] = seat(people(2), stage).places;
      expect([main?.picture.id, main?.role, inset?.picture.id, inset?.role]).to.deep.equal([
        'p1',
        'main',
        'p0',
        'inset',
      ]);
      expect(main?.box).to.deep.equal({ left: 0, top: 0, ...stage });
      expect(rest).to.deep.equal([]);
      const area = (inset?.box.width ?? 0) * (inset?.box.height ?? 0);
      expect(area / (stage.width * stage.height)).to.be.below(0.12);
    }
    const corner = seat(people(2), desktop, { corner: 'top left' }).places[1]?.box;
    expect([corner?.left, corner?.top]).to.deep.equal([12, 12]);
  });

  it('crops the other of two to the stage, but not so far that the face is gone', () => {
    const upright = { ...phone };
    expect(seat(people(2, 16 / 9), upright).places[0]?.fit).to.equal('cover');
    const [main] = seat(people(2, 9 / 16), { width: 1200, height: 500 }).places;
    expect(main?.fit).to.equal('contain');
    expect((main?.box.width ?? 0) / (main?.box.height ?? 1)).to.be.closeTo(9 / 16, 0.01);
  });

  it('shows two as equals where the user has chosen the grid', () => {
    const { places } = seat(people(2), desktop, { choice: 'grid' });
    expect(places.map(({ role }) => role)).to.deep.equal(['tile', 'tile']);
    expect(places[0]?.box.top, 'side by side').to.equal(places[1]?.box.top);
    const stacked = seat(people(2), phone, { choice: 'grid' }).places;
    expect(stacked[0]?.box.left, 'one above the other').to.equal(stacked[1]?.box.left);
  });

  it('puts four on a phone two by two, and oneself last', () => {
    const { places } = seat(people(4), phone);
    expect(new Set(places.map(({ box }) => box.left)).size, 'columns').to.equal(2);
    expect(new Set(places.map(({ box }) => box.top)).size, 'rows').to.equal(2);
    expect(places.map(({ picture }) => picture.id)).to.deep.equal(['p1', 'p2', 'p3', 'p0']);
  });

  it('uses most of the stage, however many people there are on a page', () => {
    for (const stage of [desktop, phone, landscapePhone]) {
      for (let count = 1; count <= perPage(stage); count++) {
        const { places } = seat(people(count), stage, { choice: 'grid' });
        const used = places.reduce((sum, { box }) => sum + box.width * box.height, 0);
        expect(used / (stage.width * stage.height), `${count} on ${stage.width}`).to.be.at.least(0.6);
      }
    }
  });

  it('has pages of nine, and of six on phones, with oneself at the end of the first', () => {
    const first = seat(people(16), desktop);
    expect([first.places.length, first.pages]).to.deep.equal([9, 2]);
    expect(idsOf(first).at(-1)).to.equal('p0');
    expect(idsOf(seat(people(16), desktop, { page: 1 }))).to.deep.equal([
      'p9',
      'p10',
      'p11',
      'p12',
      'p13',
      'p14',
      'p15',
    ]);
    for (const stage of [phone, landscapePhone]) {
      const { places, pages, pager } = seat(people(16), stage);
      expect([places.length, pages, pager !== undefined]).to.deep.equal([6, 3, true]);
    }
  });

  it('keeps the places of a page that is not full where a full one has them', () => {
    const [full, last] = [0, 1].map((page) => seat(people(11), desktop, { page }).places.map(({ box }) => box));
    expect(last).to.deep.equal(full?.slice(0, 2));
  });

  it('shows the screen of another large and whole, and the faces in a strip', () => {
    for (const stage of [desktop, phone, landscapePhone]) {
      const [main, ...strip] = seat([...people(4), screenOf('p2')], stage).places;
      expect([main?.picture.id, main?.role, main?.fit]).to.deep.equal(['p2/screen', 'main', 'contain']);
      expect((main?.box.width ?? 0) / (main?.box.height ?? 1), 'its shape').to.be.closeTo(16 / 10, 0.02);
      expect(strip.every(({ role }) => role === 'strip')).to.equal(true);
    }
  });

  it('does not make one’s own screen large, which would show itself in itself', () => {
    const { places } = seat([...people(3), screenOf('p0', true)], desktop);
    expect(places.every(({ role }) => role === 'tile')).to.equal(true);
  });

  it('shows what is pinned whole, whatever else goes on', () => {
    const pictures = [...people(5), screenOf('p2')];
    for (const choice of choices) {
      const [main] = seat(pictures, desktop, { choice, pinned: pictures[3] }).places;
      expect([main?.picture.id, main?.fit]).to.deep.equal(['p3', 'contain']);
    }
  });

  it('ignores a pin on somebody that has left', () => {
    const [gone, ...rest] = people(4).reverse();
    expect(seat(rest, desktop, { pinned: gone }).places.every(({ role }) => role === 'tile')).to.equal(true);
  });

  it('shows the one that speaks large in the speaker view, and the rest in a strip with a way to more', () => {
    const pictures = people(16);
    const { places, more, pages } = seat(pictures, desktop, { choice: 'speaker', speaker: pictures[7] });
    expect(places[0]?.picture.id).to.equal('p7');
    expect(more?.count).to.equal(16 - places.length);
    expect(pages).to.be.above(1);
  });

  it('has nothing to arrange in an empty room', () => {
    expect(seat([], desktop).places).to.deep.equal([]);
  });
});
