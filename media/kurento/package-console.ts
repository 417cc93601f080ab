import { inspect } from 'node:util';
import type { Log } from '../../log.js';

/**
 * The console of kurento-client, which prints whole messages, traces, and a line for each attempt to reconnect. Its lines go to
 * the log as `debug`: what matters of them reaches us as errors and events anyway.
 */

/** `warning` is no method of a console, but the package calls it. */
const methods = ['debug', 'log', 'info', 'warn', 'warning', 'error', 'trace'] as const;
const maxLength = 300;

const logs = new Set<Log>();

export const packageConsole = Object.fromEntries(methods.map((method) => [method, write]));

/** Sends the lines to `log` until the returned function is called. With several engines the newest one's log gets them. */
export function logPackageTo(log: Log): () => void {
  logs.add(log);
  return () => logs.delete(log);
}

function write(...args: readonly unknown[]): void {
  const text = args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 3, breakLength: Infinity })));
  [...logs].at(-1)?.debug(`kurento-client: ${text.join(' ').slice(0, maxLength)}`);
}
