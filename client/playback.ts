import { ClientError } from './errors.js';
import { givenLike, invalid, shown } from './given.js';
import { LocalPublication } from './local-publication.js';
import type { Publication } from './publication.js';

/** DOMException.name of `setSinkId` (Audio Output Devices §3.1). */
const codes = new Map<unknown, 'device-refused' | 'device-missing'>([
  ['NotAllowedError', 'device-refused'],
  ['NotFoundError', 'device-missing'],
]);

/** The elements that play the sound of a room: on which loudspeaker, and whether the browser lets them. */
export class Playback {
  /** With what `play` has returned last for each. */
  readonly #elements = new Map<HTMLMediaElement, () => void>();
  /** Those that show a publication, with what `attach` has returned last. */
  readonly #attached = new Map<HTMLMediaElement, () => void>();
  readonly #blockedOnes = new Set<HTMLMediaElement>();
  readonly #blocked: (blocked: boolean) => void;
  /** Empty: the system's own. */
  #speaker = '';
  #ended = false;

  /** @param blocked called when `blocked` has changed */
  constructor(blocked: (blocked: boolean) => void) {
    this.#blocked = blocked;
  }

  /** Whether the browser waits for a click before it plays sound. */
  get blocked(): boolean {
    return this.#blockedOnes.size > 0;
  }

  get speaker(): string {
    return this.#speaker;
  }

  /** Plays what the element has. Returns a function that lets go of the element. Throws `invalid-argument`. */
  play(element: HTMLMediaElement): () => void {
    givenLike(element, '`element`', 'play');
    const letGo = (): void => {
      if (this.#elements.get(element) !== letGo) return;
      this.#elements.delete(element);
      this.#change(element, false);
    };
    this.#elements.set(element, letGo);
    // One that cannot be used any more is no reason to be silent.
    if (this.#speaker !== '') void directTo(element, this.#speaker).catch(() => undefined);
    void this.#start(element);
    return letGo;
  }

  /**
   * Takes the place of what the element shows. Returns a function that takes it out of the element again. Throws `invalid-argument`.
   */
  attach(publication: Publication | LocalPublication, element: HTMLMediaElement): () => void {
    const own = publication instanceof LocalPublication;
    if (!own) givenLike(publication, '`publication`', 'on', 'subscribe');
    givenLike(element, '`element`', 'play');
    this.#attached.get(element)?.();
    if (publication.closed) return () => undefined;
    const hide = own ? showOwn(publication, element) : this.#show(publication, element);
    const detach = (): void => {
      if (this.#attached.get(element) !== detach) return;
      this.#attached.delete(element);
      off();
      hide();
      element.srcObject = null;
    };
    const off = own ? publication.on('closed', detach) : publication.on('closed', detach);
    this.#attached.set(element, detach);
    return detach;
  }

  /** Rejects with `device-missing`, `device-refused` or `device-failed`, also where the browser cannot choose. */
  async setSpeaker(id: string): Promise<void> {
    if (typeof id !== 'string') throw invalid(`The id of a loudspeaker must be a text, not ${shown(id)}.`);
    await Promise.all([...this.#elements.keys()].map((element) => directTo(element, id)));
    this.#speaker = id;
  }

  async startAudio(): Promise<void> {
    await Promise.all([...this.#elements.keys()].map((element) => this.#start(element)));
  }

  /** The room has ended, and tells nothing any more. What plays goes on. */
  end(): void {
    this.#ended = true;
    this.#elements.clear();
    this.#blockedOnes.clear();
  }

  /** The browser may have to be asked again when another stream comes. */
  #show(publication: Publication, element: HTMLMediaElement): () => void {
    let letGo: (() => void) | undefined;
    const show = (stream: MediaStream): void => {
      if (element.srcObject === stream) return;
      letGo?.();
      element.srcObject = stream;
      letGo = this.play(element);
    };
    if (publication.subscription) show(publication.subscription.stream);
    const off = publication.on('subscribed', ({ stream }) => {
      show(stream);
    });
    return () => {
      off();
      letGo?.();
    };
  }

  async #start(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
      this.#change(element, false);
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (isRefused && this.#elements.has(element)) this.#change(element, true);
    }
  }

  #change(element: HTMLMediaElement, isBlocked: boolean): void {
    const before = this.blocked;
    if (isBlocked) this.#blockedOnes.add(element);
    else this.#blockedOnes.delete(element);
    if (this.blocked !== before && !this.#ended) this.#blocked(this.blocked);
  }
}

/** Silent: nobody wants to hear themselves. */
function showOwn(publication: LocalPublication, element: HTMLMediaElement): () => void {
  const show = (tracks: readonly MediaStreamTrack[]): void => {
    element.srcObject = new MediaStream([...tracks]);
    // Silent pictures may always play.
    void element.play().catch(() => undefined);
  };
  element.muted = true;
  show(publication.tracks);
  return publication.on('tracks', show);
}

async function directTo(element: HTMLMediaElement, id: string): Promise<void> {
  if (!('setSinkId' in element)) throw new ClientError('device-failed', 'This browser cannot choose a loudspeaker.');
  try {
    await element.setSinkId(id);
  } catch (cause) {
    const { name = '', message = String(cause) } = cause instanceof Error ? cause : {};
    throw new ClientError(codes.get(name) ?? 'device-failed', message, { cause });
  }
}
