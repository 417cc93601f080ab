import type { MediaKind } from './ask.js';
import type { Clock } from './back-off.js';
import { openDevices, type DeviceWish } from './devices.js';
import { kindOf } from './publish-options.js';
import type { ScreenShare } from './screen-share.js';

/** A camera is switched to black for so long before it is stopped, in ms: some clients would go on showing its last picture. */
const blackMs = 250;
/** Another camera may take the place of a lost one within this time, in ms. */
const replacedWithinMs = 2000;

/** What sends the tracks of our devices: a publication. */
export interface DeviceSender {
  readonly tracks: readonly MediaStreamTrack[];
  readonly screen: Pick<ScreenShare, 'on' | 'camera' | 'forget'>;
  /** Aborted as it ends. */
  readonly life: AbortSignal;
  readonly clock: Clock;
  /** As `LocalPublication.replaceTrack`. */
  replaceTrack(track: MediaStreamTrack): Promise<void>;
  /** Sends nothing in place of that track. @param showsBlack it has sent a black picture, or is silent: nobody goes on seeing its last one */
  sendNothing(track: MediaStreamTrack, showsBlack: boolean): Promise<void>;
  tellMuted(): void;
  /** The device was unplugged, or the system took it away. */
  lost(kind: MediaKind): void;
  /** Throws `closed`. */
  requireOpen(): void;
}

/** Camera and microphone of a publication: they are turned on and off, switched, and lost. */
export class OwnDevices {
  readonly #sender: DeviceSender;
  /** For each track, what ends the watch for its loss. */
  readonly #watched = new Map<MediaStreamTrack, () => void>();
  /** How often each kind was turned on or off: the last time counts. */
  readonly #turns = new Map<MediaKind, number>();

  constructor(sender: DeviceSender) {
    this.#sender = sender;
  }

  /** Opens the device, and stops the one whose place it takes. Rejects as `openDevices` and `replaceTrack`. */
  async turnOn(kind: MediaKind, wish: DeviceWish): Promise<void> {
    const turn = this.#turn(kind);
    this.#sender.requireOpen();
    const [track] = (await openDevices(wish)).getTracks();
    if (!track) return;
    if (turn !== this.#turns.get(kind)) {
      track.stop();
      return;
    }
    const former = this.#deviceOf(kind);
    if (kind === 'audio' && former) track.enabled = former.enabled;
    try {
      await this.#sender.replaceTrack(track);
    } catch (error) {
      track.stop();
      throw error;
    }
    former?.stop();
  }

  /** Sends nothing in place of the device, and stops it. */
  async turnOff(kind: MediaKind): Promise<void> {
    this.#turn(kind);
    await this.#letGo(kind);
  }

  async #letGo(kind: MediaKind): Promise<void> {
    const sender = this.#sender;
    const track = this.#deviceOf(kind);
    if (!track) return;
    const wasLive = track.readyState === 'live';
    track.enabled = false;
    sender.tellMuted();
    if (wasLive && kind === 'video' && sender.tracks.includes(track)) await this.#wait(blackMs);
    track.stop();
    sender.screen.forget(track);
    if (sender.life.aborted || !sender.tracks.includes(track)) return;
    // A camera that was unplugged has sent no black picture.
    await sender.sendNothing(track, wasLive);
  }

  /** The camera or microphone, also while the screen is shown in place of the camera. */
  #deviceOf(kind: MediaKind): MediaStreamTrack | undefined {
    if (kind === 'video' && this.#sender.screen.on) return this.#sender.screen.camera;
    return this.#sender.tracks.find((track) => track.kind === kind);
  }

  /** From now on its loss is noticed. */
  watch(track: MediaStreamTrack): void {
    if (this.#watched.has(track)) return;
    const lost = (): void => void this.#lost(track);
    track.addEventListener('ended', lost);
    this.#watched.set(track, () => {
      track.removeEventListener('ended', lost);
    });
  }

  /** The loss of all others does not matter any more. */
  unwatchAllBut(tracks: readonly (MediaStreamTrack | undefined)[]): void {
    for (const [track, unwatch] of this.#watched) {
      if (tracks.includes(track)) continue;
      unwatch();
      this.#watched.delete(track);
    }
  }

  async #lost(track: MediaStreamTrack): Promise<void> {
    const kind = kindOf(track);
    if (this.#deviceOf(kind) !== track) return;
    this.#sender.tellMuted();
    this.#sender.lost(kind);
    await this.#wait(replacedWithinMs);
    if (!this.#sender.life.aborted && this.#deviceOf(kind) === track) await this.#letGo(kind);
  }

  /** Ends with the publication. */
  #wait(ms: number): Promise<void> {
    return this.#sender.clock.wait(ms, this.#sender.life);
  }

  #turn(kind: MediaKind): number {
    const turn = (this.#turns.get(kind) ?? 0) + 1;
    this.#turns.set(kind, turn);
    return turn;
  }
}
