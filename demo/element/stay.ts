import { ClientError, Room, type CallEnd, type RoomOptions } from '../../client/index.js';
import type { ServerAddress } from '../../client/server-address.js';
import { Call } from '../model/call.js';
import type { CallOptions } from '../model/call-options.js';
import { LocalMedia } from '../model/local-media.js';
import { pageSettings } from '../model/server.js';
import type { Voice } from '../words/words.js';

/** A user joins a room of a server. */
export interface Wish {
  readonly server: ServerAddress;
  readonly room: string;
  readonly user: string;
  readonly token: NonNullable<RoomOptions['token']>;
  readonly password: string;
  /** Whether camera and microphone are opened. */
  readonly publish: boolean;
}

/** One stay in a room, from the wish to join until everything that it has taken is free again. */
export class Stay {
  readonly room: Room;
  readonly #wish: Wish;
  readonly #media: LocalMedia;
  readonly #ended: (end: CallEnd) => void;

  /** @param voice the language of the call @param ended called once, when the user is not in the room any more */
  constructor(wish: Wish, voice: Voice, ended: (end: CallEnd) => void) {
    const { server, room, user, token, password } = wish;
    this.#wish = wish;
    this.#media = new LocalMedia(voice);
    this.#ended = ended;
    this.room = new Room({
      ...{ url: server.socket, room },
      ...(user !== '' && { user }),
      ...(token !== '' && { token }),
      ...(password !== '' && { password }),
    });
  }

  /** Rejects as `Room.join`. */
  async join(options: CallOptions): Promise<Call> {
    const { publish, server } = this.#wish;
    try {
      const settings = pageSettings(`${server.base}/`);
      await this.room.join();
      // The user sees a call and then is asked for the camera, and never is asked for one that is not to be had.
      if (publish) void this.#media.open();
      const told = await settings;
      if (!this.room.joined) throw new ClientError('closed', 'The room was left meanwhile.');
      const call = new Call(this.room, this.#media, told, this.#over, options);
      if (publish) void call.publish();
      return call;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Leaves, and frees everything. */
  async end(): Promise<void> {
    this.#media.end();
    await this.room.leave();
  }

  readonly #over: ConstructorParameters<typeof Call>[3] = (reason, details) => {
    this.#media.end();
    this.#ended({ reason, ...details });
  };
}
