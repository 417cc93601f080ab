import { create, icon } from './dom.js';
import { watchPicture } from './picture-watch.js';

/** One person on the stage: the picture, or in its place the first letter of the name. */
export class Tile {
  readonly element: HTMLLIElement;
  readonly video: HTMLVideoElement;
  readonly #note = create('span', 'tile-note');
  readonly #unwatch: () => void;

  /** `soundBlocked` is called when the browser wants a click before it plays sound. */
  constructor(name: string, own: boolean, soundBlocked: () => void) {
    this.video = create('video', 'tile-video');
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.video.muted = own;
    const plate = create('span', 'tile-name', icon('mic-off'), create('span', 'tile-text', name));
    if (own) plate.append(create('span', 'tile-you', 'you'));
    const avatar = create('span', 'avatar', initial(name));
    avatar.setAttribute('aria-hidden', 'true');
    this.element = create('li', own ? 'tile own' : 'tile', avatar, this.video, this.#note, plate);
    this.element.style.setProperty('--hue', String(hueOf(name)));
    this.element.dataset.participant = name;
    this.#unwatch = watchPicture(this.video, (shows) => {
      this.element.dataset.picture = shows ? 'yes' : 'no';
    });
    this.video.addEventListener('canplay', () => {
      this.video.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') soundBlocked();
      });
    });
  }

  show(stream: MediaStream | undefined): void {
    this.video.srcObject = stream ?? null;
  }

  /** A word in place of the picture: why there is none. Empty: nothing to say. */
  note(text: string): void {
    this.#note.textContent = text;
  }

  get isReconnecting(): boolean {
    return this.element.classList.contains('reconnecting');
  }

  /** What was there was lost, and is expected back. */
  reconnecting(on: boolean): void {
    this.element.classList.toggle('reconnecting', on);
    this.note(on ? 'Reconnecting …' : '');
  }

  mute(muted: boolean): void {
    this.element.classList.toggle('muted', muted);
  }

  close(): void {
    this.#unwatch();
    this.video.srcObject = null;
    this.element.remove();
  }
}

export function initial(name: string): string {
  const [first = '?'] = name.trim();
  return first.toUpperCase();
}

/** The same person has the same colour on every screen. Degrees. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 3600;
  return (hash * 47) % 360;
}
