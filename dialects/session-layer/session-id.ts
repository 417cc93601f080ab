import { randomBytes } from 'node:crypto';

const idBytes = 16;
/** A call for random bytes costs more than the rest of a join, so one call is made for many ids. */
const idsAtOnce = 256;

let pool = Buffer.alloc(0);
let next = 0;

/**
 * 128 random bits in hexadecimal, so that nobody can guess it (docs/protocols/kurento-room.md#13-the-session-layer). No
 * bytes are used twice.
 */
export function newSessionId(): string {
  if (next >= pool.length) {
    pool = randomBytes(idBytes * idsAtOnce);
    next = 0;
  }
  next += idBytes;
  return pool.toString('hex', next - idBytes, next);
}
