import { roomOf } from './address.js';
import { bindDeviceButton } from './device-button.js';
import { byId, setIcon } from './dom.js';
import { explainJoin } from './explain.js';
import type { LocalMedia } from './local-media.js';
import { recall, remember } from './remembered.js';
import { watchPicture } from './picture-watch.js';

export interface JoinWish {
  readonly name: string;
  readonly room: string;
  readonly listenOnly: boolean;
}

/** The page before the call: who, where, and how one looks. */
export class JoinPage {
  readonly #page = byId('join-page', HTMLElement);
  readonly #name = byId('name', HTMLInputElement);
  readonly #room = byId('room', HTMLInputElement);
  readonly #alert = byId('join-alert', HTMLElement);
  readonly #joinButton = byId('join-button', HTMLButtonElement);
  readonly #listenButton = byId('listen-button', HTMLButtonElement);
  readonly #video = byId('preview-video', HTMLVideoElement);
  readonly #empty = byId('preview-empty', HTMLElement);
  readonly #text = byId('preview-text', HTMLElement);
  readonly #hint = byId('preview-hint', HTMLElement);
  readonly #media: LocalMedia;
  readonly #join: (wish: JoinWish) => Promise<void>;
  #picture = false;

  /** `join` rejects with why it failed; the page explains it. */
  constructor(media: LocalMedia, join: (wish: JoinWish) => Promise<void>) {
    this.#media = media;
    this.#join = join;
    const kept = recall();
    this.#name.value = kept.name;
    this.#room.value = roomOf(location.href) ?? kept.room;
    for (const device of ['camera', 'microphone'] as const)
      bindDeviceButton(byId(`preview-${device}`, HTMLButtonElement), device, media, () => void media.open());
    media.onChange(() => {
      this.#showMedia();
    });
    watchPicture(this.#video, (shows) => {
      this.#picture = shows;
      this.#showMedia();
    });
    byId('join-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit(false);
    });
    this.#listenButton.addEventListener('click', () => void this.#submit(true));
    window.addEventListener('hashchange', () => {
      this.#room.value = roomOf(location.href) ?? this.#room.value;
    });
  }

  /** `alert`: why one is back here. */
  show(alert?: string): void {
    this.#page.hidden = false;
    document.title = 'Atrium';
    this.#tell(alert);
    this.#showMedia();
    void this.#media.open();
    // A keyboard that pops up on a phone would hide half of the page.
    if (matchMedia('(pointer: fine)').matches) (this.#name.value ? this.#joinButton : this.#name).focus();
  }

  hide(): void {
    this.#page.hidden = true;
    this.#video.srcObject = null;
  }

  async #submit(listenOnly: boolean): Promise<void> {
    const wish = { name: this.#name.value.trim(), room: this.#room.value.trim(), listenOnly };
    const empty = [this.#name, this.#room].find((field) => field.value.trim() === '');
    if (empty) {
      this.#tell(empty === this.#name ? 'Please enter your name.' : 'Please enter the name of a room.');
      empty.focus();
      return;
    }
    this.#tell(undefined);
    this.#busy(true);
    try {
      remember({ name: wish.name, room: wish.room });
      await this.#join(wish);
    } catch (error) {
      this.#tell(explainJoin(error, wish.name));
      this.#name.focus();
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy: boolean): void {
    this.#joinButton.disabled = busy;
    this.#listenButton.disabled = busy;
    this.#joinButton.textContent = busy ? 'Joining …' : 'Join';
  }

  #tell(alert: string | undefined): void {
    this.#alert.hidden = alert === undefined;
    this.#alert.textContent = alert ?? '';
  }

  #showMedia(): void {
    if (this.#page.hidden) return;
    const { stream, hint, opening } = this.#media;
    if (this.#video.srcObject !== (stream ?? null)) this.#video.srcObject = stream ?? null;
    this.#hint.textContent = hint;
    const camera = this.#media.state('camera');
    this.#empty.hidden = camera === 'on' && this.#picture;
    setIcon(this.#empty, camera === 'on' ? 'camera' : 'camera-off');
    this.#text.textContent = previewText(camera, opening);
    this.#listenButton.hidden = stream === undefined && !opening;
  }
}

function previewText(camera: ReturnType<LocalMedia['state']>, opening: boolean): string {
  if (opening) return 'Looking for your camera. Your browser may ask you to allow it.';
  switch (camera) {
    case 'on':
      return 'Starting …';
    case 'off':
      return 'Your camera is off.';
    case 'missing':
      return 'No camera';
  }
}
