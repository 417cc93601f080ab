import console from 'node:console';
import { inspect } from 'node:util';
import type { Log } from '../../log.js';

/**
 * kurento-client writes to the console as it pleases: whole messages, traces, a line for each attempt to reconnect. While an
 * engine is at work the console's methods are therefore replaced by ones that look at the stack: a call made by one of
 * kurento's packages goes to the log as `debug` (what matters of it reaches us as errors and events anyway), every other
 * call goes where it always went. Only code that writes to the console pays for the look; the server logs through winston.
 */
const methods = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const;
const kurentoModule = /node_modules[\\/](?:kurento-|promisecallback[\\/])/;
const maxLength = 300;

const logs = new Set<Log>();
let restore: (() => void) | undefined;

/** Until the returned function is called. With several engines the newest one's log gets the lines. */
export function captureConsole(log: Log): () => void {
  logs.add(log);
  restore ??= replaceMethods();
  return () => {
    logs.delete(log);
    if (logs.size > 0) return;
    restore?.();
    restore = undefined;
  };
}

function replaceMethods(): () => void {
  const originals = methods.map((method) => [method, console[method].bind(console)] as const);
  for (const [method, original] of originals) {
    console[method] = (...args: unknown[]) => {
      if (calledByKurento()) write(args);
      else original(...args);
    };
  }
  return () => {
    for (const [method, original] of originals) console[method] = original;
  };
}

/** Looks at the caller of the method that calls this. */
function calledByKurento(): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return kurentoModule.test(stack.split('\n')[3] ?? '');
}

function write(args: readonly unknown[]): void {
  const text = args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 3, breakLength: Infinity })));
  [...logs].at(-1)?.debug(`kurento-client: ${text.join(' ').slice(0, maxLength)}`);
}
