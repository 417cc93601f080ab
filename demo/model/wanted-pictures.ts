import { effect } from '@preact/signals';
import type { Publication, SubscriptionWish } from '../../client/index.js';
import type { Place } from './layout.js';
import type { Picture } from './picture.js';
import type { Scene } from './scene.js';

/** How long after the last change the server is told what is not shown any more, or in another size, in ms: people turn pages back. */
const settledMs = 500;

/**
 * Tells the server which pictures the stage shows, and how large they are there: the others come no more. What comes onto the stage is told at once.
 * Returns a function that ends it.
 */
export function wantPictures(scene: Pick<Scene, 'pictures' | 'arrangement' | 'size'>): () => void {
  const told = new WeakMap<Publication, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (publication: Publication, wish: SubscriptionWish): void => {
    const text = JSON.stringify(wish);
    if (told.get(publication) === text) return;
    told.set(publication, text);
    // A server that does not take it sends too much, and nothing is lost.
    publication.want(wish).catch(() => undefined);
  };
  const stop = effect(() => {
    const { places } = scene.arrangement.value;
    const wishes = scene.pictures.value.flatMap((picture) => {
      const publication = picture.publication.value;
      return publication ? [[publication, wishFor(placeOf(places, picture))] as const] : [];
    });
    clearTimeout(timer);
    // The stage has not been laid out yet.
    if (scene.size.value.width === 0) return;
    for (const [publication, wish] of wishes)
      if (wish.video && !isShown(told.get(publication))) tell(publication, wish);
    timer = setTimeout(() => {
      for (const [publication, wish] of wishes) tell(publication, wish);
    }, settledMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

function isShown(told: string | undefined): boolean {
  return told !== undefined && told !== JSON.stringify(hidden);
}

const hidden: SubscriptionWish = { video: false };

function wishFor(place: Place<Picture> | undefined): SubscriptionWish {
  if (!place) return hidden;
  const { width, height } = place.box;
  const pixels = (length: number): number => Math.round(length * devicePixelRatio);
  return { video: true, width: pixels(width), height: pixels(height) };
}

function placeOf(places: readonly Place<Picture>[], picture: Picture): Place<Picture> | undefined {
  return places.find((place) => place.picture === picture);
}
