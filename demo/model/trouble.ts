import { computed, effect, signal } from '@preact/signals';
import type { ClientError, MediaReport, PublicationState } from '../../client/index.js';

/** Why no sound and no picture come through. `network`: nothing is known to be wrong elsewhere. */
export type TroubleReason = 'media-server' | 'no-relay' | 'relay-refused' | 'network';

/** So long nothing may come through before the user is told, in ms. */
const patienceMs = 10_000;
/** Then the reason is looked for again and again, in ms: it is known late that a relay does not answer. */
const againMs = 3000;

/** Tells when nothing at all comes through, and why. */
export class Trouble {
  /** Undefined: something comes through, nothing is to come, or it is too early to tell. */
  readonly reason = signal<TroubleReason | undefined>(undefined);
  readonly #end: () => void;

  /**
   * @param states of all that is published, by us and by others
   * @param why looks for the reason. Undefined: it is not that nothing can come through
   */
  constructor(states: () => readonly PublicationState[], why: () => Promise<TroubleReason | undefined>) {
    const stuck = computed(() => states().length > 0 && !states().includes('live'));
    this.#end = effect(() => {
      this.reason.value = undefined;
      if (!stuck.value) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const look = (): void => {
        timer = setTimeout(look, againMs);
        const asked = timer;
        void why().then((reason) => {
          if (asked === timer) this.reason.value = reason;
        });
      };
      timer = setTimeout(look, patienceMs);
      return () => {
        clearTimeout(timer);
        timer = undefined;
      };
    });
  }

  close(): void {
    this.#end();
  }
}

/**
 * The reason, from what was tried and what failed. Undefined where there is a connection: then the packets are missing at the other end.
 */
export function reasonOf(
  reports: readonly MediaReport[],
  failures: readonly Pick<ClientError, 'code'>[],
): TroubleReason | undefined {
  if (reports.some(({ connection }) => connection === 'connected')) return undefined;
  // The server said so: what this network lets through was not tried.
  if (failures.length > 0 && failures.every(({ code }) => code !== 'connection-failed')) return 'media-server';
  const relays = reports.map(({ relay }) => relay);
  if (relays.includes('refused')) return 'relay-refused';
  return relays.length > 0 && relays.every((relay) => relay === 'none') ? 'no-relay' : 'network';
}
