import type { SpeakerLevel } from '../port.js';
import type { Branch } from './branch.js';
import { SpreadEndpoint } from './spread-endpoint.js';

/** Those that speak in a pipeline, put together of what its media servers tell. */
export class SpreadSpeakers {
  readonly #heard = new Map<Branch, readonly SpeakerLevel[]>();

  /** A media server has told. What comes by relays is told where it comes from. @returns all that speak, the loudest first */
  heard(branch: Branch, speakers: readonly SpeakerLevel[]): readonly SpeakerLevel[] {
    const endpoints = [...branch.elements].filter((element) => element instanceof SpreadEndpoint);
    const own = speakers.flatMap(({ endpoint: inner, level }) => {
      const endpoint = endpoints.find((each) => each.isOf(inner));
      return endpoint ? [{ endpoint, level }] : [];
    });
    this.#heard.set(branch, own);
    return this.#all;
  }

  /** The pipeline is not there any more. @returns as `heard`; undefined where nobody there has spoken */
  forget(branch: Branch): readonly SpeakerLevel[] | undefined {
    const former = this.#heard.get(branch) ?? [];
    this.#heard.delete(branch);
    return former.length === 0 ? undefined : this.#all;
  }

  get #all(): readonly SpeakerLevel[] {
    return [...this.#heard.values()].flat().sort((one, other) => other.level - one.level);
  }
}
