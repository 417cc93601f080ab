import { givenLike } from './given.js';
import type { Room } from './room.js';
import type { Speakers } from './speakers.js';

/** The server is told that we speak no more after so many ms of silence, and again after so many that we still do. */
const silenceMs = 1_000;
const repeatMs = 5_000;
const lookMs = 300;

/**
 * Tells the server when we speak, so that others are told by `activeSpeakersChanged`, where it wants that (`room.wantsOwnSpeech`): in rooms on
 * a Kurento Media Server, which does not hear it. Our own engine does, and is told nothing.
 */
export class OwnSpeech {
  readonly #room: Room;
  readonly #speakers: Speakers;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #deaf: () => void;
  #spokeAt = -Infinity;
  /** When the server was told that we speak. Undefined: it believes that we do not. */
  #toldAt: number | undefined;

  /** Begins to tell; ends with the room. Throws `invalid-argument`. @param speakers of that room */
  constructor(room: Room, speakers: Speakers) {
    this.#room = givenLike(room, '`room`', 'join', 'publish');
    this.#speakers = givenLike(speakers, '`speakers`', 'levelOf', 'close');
    this.#deaf = room.on('closed', () => {
      this.close();
    });
    this.#timer = setInterval(() => {
      this.#look();
    }, lookMs);
    if (room.state === 'closed') this.close();
  }

  /** Ends the telling, as the end of the room does. */
  close(): void {
    clearInterval(this.#timer);
    this.#deaf();
  }

  #look(): void {
    const { user, self, joined } = this.#room;
    if (!joined || !this.#room.wantsOwnSpeech) return;
    const now = performance.now();
    if (this.#speakers.speaking.includes(user)) this.#spokeAt = now;
    const speaks = now - this.#spokeAt < silenceMs;
    const isTold = this.#toldAt !== undefined;
    if (isTold === speaks && now - (this.#toldAt ?? now) < repeatMs) return;
    this.#toldAt = speaks ? now : undefined;
    // A server that refuses it, since we have muted ourselves meanwhile, knows that we do not speak.
    self.speaks(speaks).catch(() => undefined);
  }
}
