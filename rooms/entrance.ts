import { knownAs } from './arrival.js';
import type { Arrival } from './arrival.js';
import type { Bans } from './bans.js';
import type { Bearer } from './bearer.js';
import { RoomError } from './errors.js';
import type { Evictions } from './evictions.js';
import type { Passwords } from './passwords.js';
import { assertMetadata } from './profile.js';
import { assertMay } from './rights.js';
import type { Room } from './room.js';
import type { RoomSettings } from './settings.js';

export interface EntranceOptions {
  readonly evictions: Evictions;
  readonly bans: Bans;
  readonly passwords: Passwords | undefined;
  /** Whether a join opens a room that is not there. */
  readonly autoCreate: boolean;
  /** Of rooms that a join opens. */
  readonly defaults: RoomSettings;
  readonly firstIsModerator: boolean;
  readonly maxMetadataBytes: number;
}

/** Decides who comes into a room: the one place that does. It decides in one turn, so that what it has seen still holds in the next step. */
export class Entrance {
  readonly #options: EntranceOptions;

  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /**
   * Everything but the password and the waiting room.
   * @param room undefined when there is none of the name
   * @param isReplacing whether somebody leaves the room for the newcomer
   * @throws RoomError `not-allowed`, `invalid-text`, `room-not-found`, `evicted`, `banned`, `token-invalid`, `locked`, `room-full`
   */
  assertMayEnter(name: string, room: Room | undefined, arrival: Arrival, isReplacing: boolean): void {
    const { newcomer, grants } = arrival;
    const { autoCreate } = this.#options;
    if (!grants.roomJoin) throw new RoomError('not-allowed', `You may not join room "${name}"`);
    if (!room && !autoCreate && !grants.roomCreate) {
      throw new RoomError('room-not-found', `There is no room "${name}", and you may not open it`);
    }
    if (newcomer.metadata !== undefined) {
      assertMay(grants, 'metadata');
      assertMetadata(newcomer.metadata, this.#options.maxMetadataBytes);
    }
    this.#assertWelcome(name, arrival);
    if (!room || grants.roomAdmin || isReplacing) return;
    const { locked, maxParticipants } = room.settings;
    if (locked) throw new RoomError('locked', `Room "${name}" is locked`);
    if (maxParticipants > 0 && !grants.hidden && !grants.recorder && room.counted >= maxParticipants) {
      throw new RoomError('room-full', `Room "${name}" is full: it takes ${maxParticipants} people`, { retry: true });
    }
  }

  /**
   * Whether a client that is outside may send into the room: one that could come in, if there were a place.
   * @throws RoomError `not-allowed`, `evicted`, `banned`, `token-invalid`, `locked`, `password`, `waiting`
   */
  assertMayReach(name: string, { locked, passwordHash, waitingRoom }: RoomSettings, arrival: Arrival): void {
    const { grants } = arrival;
    if (!grants.roomJoin) throw new RoomError('not-allowed', `You may not join room "${name}"`);
    this.#assertWelcome(name, arrival);
    if (grants.roomAdmin) return;
    if (locked) throw new RoomError('locked', `Room "${name}" is locked`);
    if (passwordHash !== null) throw new RoomError('password', `Room "${name}" asks for a password`);
    if (waitingRoom) throw new RoomError('waiting', `A moderator of room "${name}" lets people in`);
  }

  /**
   * Whether a client may open a room that it does not join at once.
   * @throws RoomError `not-allowed`, `banned`, `token-invalid`
   */
  assertMayOpen(name: string, displayName: string, bearer: Bearer): void {
    const { bans, autoCreate } = this.#options;
    const { roomCreate, roomJoin } = bearer.grantsIn(name);
    if (!roomCreate && !(autoCreate && roomJoin)) throw new RoomError('not-allowed', `You may not open room "${name}"`);
    const { identity, address, validFrom } = bearer;
    bans.assertMayEnter(name, { identity, name: displayName, address }, validFrom);
  }

  /** The hash of the password that the newcomer has to show; undefined when it needs none. */
  passwordFor(room: Room | undefined, { grants }: Arrival): string | undefined {
    const { passwordHash } = room?.settings ?? this.#options.defaults;
    return grants.roomAdmin ? undefined : (passwordHash ?? undefined);
  }

  /** @throws RoomError `password`, `too-many` */
  async assertPassword(name: string, hash: string, { newcomer, bearer }: Arrival): Promise<void> {
    const { password } = newcomer;
    if (password === undefined || password === '') {
      throw new RoomError('password', `Room "${name}" asks for a password`);
    }
    const fits = await this.#options.passwords?.matches(hash, password, bearer.address);
    if (fits !== true) throw new RoomError('password', `That is not the password of room "${name}"`);
  }

  /**
   * The last question, when nothing else stands in the way: the newcomer may have to wait until a moderator lets it in.
   * @throws RoomError `waiting`, `not-allowed`, `room-full`
   */
  passLobby(name: string, room: Room | undefined, arrival: Arrival): void {
    if (arrival.grants.roomAdmin) return;
    const { waitingRoom } = room?.settings ?? this.#options.defaults;
    if (!waitingRoom) return;
    if (room) {
      room.lobby.pass(knownAs(arrival), arrival.newcomer.attributes.dialect, arrival.newcomer.knocker);
    } else if (!this.#options.firstIsModerator) {
      throw new RoomError('waiting', `Nobody is in room "${name}" yet who could let you in`, {
        retry: true,
        details: { place: 1 },
      });
    }
  }

  /** @throws RoomError `evicted`, `banned`, `token-invalid` */
  #assertWelcome(name: string, arrival: Arrival): void {
    const { newcomer, bearer } = arrival;
    const { evictions, bans } = this.#options;
    const identity = bearer.identity ?? newcomer.identity ?? newcomer.id;
    // A ban first: it is what somebody who was evicted and banned should hear.
    if (bans.hasAny) bans.assertMayEnter(name, knownAs(arrival), bearer.validFrom);
    const { session, sessionId } = newcomer;
    evictions.assertMayEnter(name, { identity, session, sessionId });
  }
}
