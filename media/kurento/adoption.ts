import { MediaError } from '../errors.js';
import type { Log } from '../../log.js';
import type { KurentoElement } from './element.js';
import { filterTypes } from './filters.js';
import { childIds, tagList } from './messages.js';
import type { Pace } from './pace.js';
import { recorderTag, recorderType } from './recorder.js';
import type { RemoteObject } from './remote-object.js';

/** What taking over needs of the media server. */
export interface Adoptables {
  readonly pace: Pace;
  /** An object that another process has made. @throws MediaError `unavailable` */
  readonly adopt: (id: string) => RemoteObject;
  /** Whether an object is ours. */
  readonly owns: (id: string) => boolean;
}

export interface AdoptionOptions extends Adoptables {
  readonly pipeline: RemoteObject;
  readonly log: Log;
  /** Whether the pipeline is over. */
  readonly isOver: () => boolean;
  /** The media server does not have it any more. `element` undefined: the pipeline. */
  readonly lost: (failure: MediaError, element: KurentoElement | undefined) => Promise<void>;
}

/** The elements that nobody else makes in a pipeline of ours. */
const ownTypes: readonly string[] = ['WebRtcEndpoint', ...Object.values(filterTypes)];

/** Takes over one pipeline, and what is in it, from another process (docs/protocols/kurento-media.md#41-taking-over). */
export class Adoption {
  readonly #options: AdoptionOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: AdoptionOptions) {
    this.#options = options;
  }

  /** @param takeOver may be called again after it has failed. @param element undefined: it is the pipeline that is taken over */
  start(takeOver: () => Promise<void>, element?: KurentoElement): void {
    const running = this.#run(takeOver, element).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when everything that was started is done, and what the former process had begun is released. Never rejects. */
  async finish(): Promise<void> {
    await Promise.all(this.#running);
    await this.#run(() => this.#releaseOthers(), undefined);
  }

  /** Tries again when the connection was lost meanwhile: the turn of the next attempt comes when it is back. */
  async #run(step: () => Promise<void>, element: KurentoElement | undefined): Promise<void> {
    const { log, pipeline, isOver, lost } = this.#options;
    for (;;) {
      if (isOver() || element?.ended) return;
      try {
        await step();
        return;
      } catch (error) {
        if (isOver() || element?.ended) return;
        if (error instanceof MediaError && (error.code === 'unavailable' || error.code === 'timeout')) continue;
        if (error instanceof MediaError && error.code === 'object-gone') await lost(error, element);
        else log.warn('something was not taken over as a whole', { object: (element ?? pipeline).id, error });
        return;
      }
    }
  }

  /** Elements of other types may be those of other programs, and so may recorders without our tag. */
  async #releaseOthers(): Promise<void> {
    const { adopt, log, owns, pace, pipeline, isOver } = this.#options;
    const children = childIds.parse(await pace.run('later', () => pipeline.invoke('getChildren')));
    let released = 0;
    for (const id of children) {
      if (owns(id) || !(ownTypes.some((type) => isOf(type, id)) || (await this.#isOwnRecorder(id)))) continue;
      if (isOver()) return;
      adopt(id).release();
      released += 1;
    }
    if (released > 0) log.info('what a former process had begun was released', { elements: released });
  }

  async #isOwnRecorder(id: string): Promise<boolean> {
    const { adopt, pace } = this.#options;
    if (!isOf(recorderType, id)) return false;
    const recorder = adopt(id);
    try {
      const tags = tagList.safeParse(await pace.run('later', () => recorder.invoke('getTags'))).data;
      return tags?.some(({ key }) => key === recorderTag) ?? false;
    } finally {
      recorder.forget();
    }
  }
}

function isOf(type: string, id: string): boolean {
  return id.endsWith(`_kurento.${type}`);
}
