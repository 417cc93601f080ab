import { expect } from 'chai';
import { signal } from '@preact/signals';
import type { Publication, SubscriptionWish } from '../../client/index.js';
import type { Place } from '../../demo/model/layout.js';
import type { Picture } from '../../demo/model/picture.js';
import type { Scene } from '../../demo/model/scene.js';
import { wantPictures } from '../../demo/model/wanted-pictures.js';
import { until } from '../support/until.js';

describe('what the page wants of the pictures of others', () => {
  const globals = globalThis as { devicePixelRatio?: number };
  let wishes: string[];
  let stop: () => void;

  beforeEach(() => {
    wishes = [];
    globals.devicePixelRatio = 2;
  });

  afterEach(() => {
    stop();
    delete globals.devicePixelRatio;
  });

  function pictureOf(name: string): Picture {
    const want = (wish: SubscriptionWish): Promise<void> => {
      wishes.push(`${name} ${JSON.stringify(wish)}`);
      return Promise.resolve();
    };
    return { publication: signal({ want } as unknown as Publication) } as unknown as Picture;
  }

  const placeOf = (picture: Picture, width: number): Place<Picture> => ({
    ...{ picture, role: 'tile', fit: 'cover' },
    box: { left: 0, top: 0, width, height: width / 2 },
  });

  function sceneOf(pictures: readonly Picture[]) {
    const places = signal<readonly Place<Picture>[]>([]);
    const scene = {
      pictures: signal(pictures),
      size: signal({ width: 800, height: 600 }),
      get arrangement() {
        return { value: { places: places.value } };
      },
    } as unknown as Pick<Scene, 'pictures' | 'arrangement' | 'size'>;
    return { scene, places };
  }

  it('is their size on the stage, and none of those on another page', async () => {
    const [ana, ben] = [pictureOf('ana'), pictureOf('ben')];
    const { scene, places } = sceneOf([ana, ben]);
    places.value = [placeOf(ana, 200)];
    stop = wantPictures(scene);
    expect(wishes, 'at once').to.deep.equal(['ana {"video":true,"width":400,"height":200}']);
    await until('the other page is told', () => wishes.length > 1);
    expect(wishes.slice(1)).to.deep.equal(['ben {"video":false}']);

    wishes = [];
    places.value = [placeOf(ben, 100)];
    expect(wishes, 'a page that is turned to is told at once').to.deep.equal([
      'ben {"video":true,"width":200,"height":100}',
    ]);
    await until('the page that was turned is told', () => wishes.length > 1);
    expect(wishes.slice(1)).to.deep.equal(['ana {"video":false}']);
  });
});
