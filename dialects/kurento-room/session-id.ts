import { randomBytes } from 'node:crypto';

const idBytes = 16;
/** Asking the system for random bytes costs more than the rest of a join: ask for many ids' worth at once. */
const idsAtOnce = 256;

let pool = Buffer.alloc(0);
let next = 0;

/** An unguessable session id: 128 random bits, in hexadecimal (Kurento Room §1.3). No bytes are used twice. */
export function newSessionId(): string {
  if (next >= pool.length) {
    pool = randomBytes(idBytes * idsAtOnce);
    next = 0;
  }
  next += idBytes;
  return pool.toString('hex', next - idBytes, next);
}
