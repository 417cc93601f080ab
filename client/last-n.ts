import type { Ask, MediaKind } from './ask.js';
import { invalid, shown } from './given.js';
import type { RoomSettings } from './room-events.js';

/** Of how many participants the server sends us the picture and the sound. */
export class LastN {
  readonly #ask: Ask;
  #wanted: number | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** As `Room.setLastN`. */
  async want(count: number | undefined): Promise<void> {
    if (count !== undefined && !(Number.isInteger(count) && count >= 0))
      throw invalid(`\`count\` must be a whole number from 0 on, not ${shown(count)}.`);
    this.#wanted = count;
    await this.#tell();
  }

  /** We are in. A server that has forgotten us does not know what we want. */
  entered(): void {
    if (this.#wanted !== undefined) this.#tell().catch(() => undefined);
  }

  /** Whether the server may leave out media of that kind that we have subscribed to, so that its packets may not come. */
  mayLeaveOut(kind: MediaKind, settings: Partial<RoomSettings> = {}): boolean {
    const { lastN = 0, audioLastN = 0 } = settings;
    return (kind === 'audio' ? audioLastN : (this.#wanted ?? lastN)) > 0;
  }

  async #tell(): Promise<void> {
    await this.#ask('setLastN', { n: this.#wanted });
  }
}
