import type { Locator } from 'playwright-core';
import { until } from '../support/until.js';
import { patienceMs } from './visitor.js';

/** Resolves when the first of these videos plays. A locator finds what is in the shadow root of an element too. */
export async function plays(videos: Locator): Promise<void> {
  const video = videos.first();
  await until(
    `${String(video)} plays`,
    () =>
      video.evaluate(
        (element) =>
          Number(Reflect.get(element, 'videoWidth')) > 0 && Number(Reflect.get(element, 'currentTime')) > 0.5,
      ),
    patienceMs,
  );
}

/** The video of the participant in that call, or in that page. */
export function videoOf(call: Pick<Locator, 'locator'>, participant: string): Locator {
  return call.locator(`[data-participant="${participant}"] video`);
}
