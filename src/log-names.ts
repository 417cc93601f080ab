import { createHmac, randomBytes } from 'node:crypto';
import type { ParentLog } from '../log.js';

/** Fields of lines that hold what people are called, what they call their rooms, or where they are. */
const named = new Set([
  ...['address', 'name', 'participant', 'user', 'client', 'identity', 'target', 'actor', 'by', 'sender', 'publisher'],
  ...['room', 'displayName', 'pairs'],
]);

/**
 * Shows a hash in place of each of these. The key is new with each process: lines of one process about the same person can be put together,
 * and nobody can try names out.
 */
export function withHashedNames(log: ParentLog, key: Buffer = randomBytes(32)): ParentLog {
  const hashed = (value: unknown): unknown =>
    value === undefined || value === ''
      ? value
      : createHmac('sha256', key)
          .update(typeof value === 'string' ? value : JSON.stringify(value))
          .digest('hex')
          .slice(0, 12);
  const shown = (fields: object | undefined): object | undefined =>
    fields &&
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, named.has(name) ? hashed(value) : value]));
  return {
    error: (message, fields) => {
      log.error(message, shown(fields));
    },
    warn: (message, fields) => {
      log.warn(message, shown(fields));
    },
    info: (message, fields) => {
      log.info(message, shown(fields));
    },
    debug: (message, fields) => {
      log.debug(message, shown(fields));
    },
    child: (fields) => withHashedNames(log.child(shown(fields) ?? {}), key),
  };
}
