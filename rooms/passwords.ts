/** How passwords of rooms are kept. `access/` has the one that hashes; the rooms do no I/O. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** @param address the network address that the password comes from. @throws RoomError `too-many` after several wrong ones from there */
  matches(hash: string, password: string, address: string | undefined): Promise<boolean>;
}
