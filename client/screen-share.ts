import { openScreen } from './devices.js';
import { ClientError } from './errors.js';

/** Where the screen is shown: a publication. */
export interface Screened {
  readonly closed: boolean;
  readonly tracks: readonly MediaStreamTrack[];
}

export interface ScreenSender {
  /** Sends the track in place of the one of its kind. Rejects with `media-refused`. */
  send(track: MediaStreamTrack): Promise<void>;
  sendNoMore(track: MediaStreamTrack): void;
  /** The screen is shown from now on, or no more. */
  sharing(on: boolean): void;
}

/** The screen in place of the camera. */
export class ScreenShare {
  readonly #publication: Screened;
  readonly #sender: ScreenSender;
  /** The user is being asked for a screen. */
  #choosing: Promise<void> | undefined;
  /** Counts what makes a screen unwanted that the user is being asked for. */
  #stops = 0;
  #shown: { readonly track: MediaStreamTrack; readonly camera: MediaStreamTrack | undefined } | undefined;

  constructor(publication: Screened, sender: ScreenSender) {
    this.#publication = publication;
    this.#sender = sender;
  }

  get on(): boolean {
    return this.#shown !== undefined;
  }

  /** What is shown after the screen. */
  get camera(): MediaStreamTrack | undefined {
    return this.#shown?.camera;
  }

  /** That camera is not shown after the screen. */
  forget(camera: MediaStreamTrack): void {
    if (this.#shown?.camera === camera) this.#shown = { ...this.#shown, camera: undefined };
  }

  /** Asks the user once, also when it is called several times. Rejects with `device-refused`, `device-failed`, `media-refused`, `closed`. */
  start(): Promise<void> {
    this.#choosing ??= this.#start().finally(() => {
      this.#choosing = undefined;
    });
    return this.#choosing;
  }

  /** Shows the camera again, where there is one. Never rejects. */
  async stop(): Promise<void> {
    this.#stops++;
    const shown = this.#shown;
    if (!shown) return;
    this.#shown = undefined;
    shown.track.stop();
    if (shown.camera && !this.#publication.closed) await this.#sender.send(shown.camera).catch(() => undefined);
    else this.#sender.sendNoMore(shown.track);
    this.#sender.sharing(false);
  }

  /** Keeps the camera that is shown after the screen. Returns false, and keeps nothing, when no screen is shared. */
  keep(camera: MediaStreamTrack): boolean {
    if (!this.#shown) return false;
    this.#shown = { ...this.#shown, camera };
    return true;
  }

  async #start(): Promise<void> {
    if (this.#shown) return;
    if (this.#publication.closed) throw new ClientError('closed', 'The publication has ended.');
    const stops = this.#stops;
    const screen = await openScreen();
    const [track] = screen.getVideoTracks();
    if (!track || stops !== this.#stops) {
      for (const each of screen.getTracks()) each.stop();
      throw new ClientError('closed', 'The screen is not wanted any more.');
    }
    this.#shown = { track, camera: this.#publication.tracks.find(({ kind }) => kind === 'video') };
    track.addEventListener('ended', () => void this.stop(), { once: true });
    try {
      await this.#sender.send(track);
    } catch (error) {
      this.#shown = undefined;
      track.stop();
      throw error;
    }
    if (this.on) this.#sender.sharing(true);
  }
}
