import { tokenNeeded } from './admin.js';
import { Problem } from './problem.js';

/** Which clients are told the names of rooms. */
export type RoomListMode = 'public' | 'admin' | 'off';

/** Guards what tells of rooms, as the option roomList says. */
export class RoomList {
  readonly #mode: RoomListMode;
  readonly #isAdminPossible: () => boolean;

  /** @param isAdminPossible whether the server has an admin token */
  constructor(mode: RoomListMode, isAdminPossible: () => boolean) {
    this.#mode = mode;
    this.#isAdminPossible = isAdminPossible;
  }

  /** @throws Problem `forbidden` when nobody may have it, `token-needed` when administrators may */
  check(isAdmin: boolean): void {
    if (this.#mode === 'public' || (this.#mode === 'admin' && isAdmin)) return;
    if (this.#mode === 'off')
      throw new Problem('forbidden', 'This server tells nobody which rooms there are (ROOM_LIST)');
    if (this.#isAdminPossible()) throw tokenNeeded();
    throw new Problem('forbidden', 'Only administrators are told of rooms, and there is no admin token (ADMIN_TOKEN)');
  }
}
