/**
 * A program that embeds the adapter: it compares the process before and after kurento-client was loaded and used with the
 * scripted media server, and prints what it found as JSON. `own-to-json` as argument: it has a `toJSON` of errors of its own.
 */
import { EventEmitter } from 'node:events';
import 'ws';
import 'zod';
import { ScriptedServer } from './scripted-server.js';
import { RecordingLog } from '../../support/recording-log.js';
import { until } from '../../support/until.js';

const ownToJson = () => 'an error of the program';
if (process.argv.includes('own-to-json')) {
  Object.defineProperty(Error.prototype, 'toJSON', { value: ownToJson, configurable: true, writable: true });
}

const shared: Readonly<Record<string, object>> = {
  globalThis,
  process,
  console,
  Object,
  'Object.prototype': Object.prototype,
  'Array.prototype': Array.prototype,
  'Function.prototype': Function.prototype,
  'String.prototype': String.prototype,
  Error,
  'Error.prototype': Error.prototype,
  Promise,
  'Promise.prototype': Promise.prototype,
  EventEmitter,
  'EventEmitter.prototype': EventEmitter.prototype,
};

/** What each property of a shared object is; of an accessor its getter. */
function everything(): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, object] of Object.entries(shared)) {
    for (const key of Reflect.ownKeys(object)) {
      const [property] = Object.values(Object.getOwnPropertyDescriptor(object, key) ?? {}) as unknown[];
      found.set(`${name}.${String(key)}`, property);
    }
  }
  for (const event of process.eventNames()) {
    found.set(`listeners of process for ${String(event)}`, process.listenerCount(event));
  }
  return found;
}

const before = everything();
const { KurentoEngine } = await import('../../../media/kurento/engine.js');
const afterLoading = everything();

const log = new RecordingLog();
const server = await new ScriptedServer().start();
const engine = new KurentoEngine({ url: server.url, log });
await engine.connect();
await engine.openPipeline({ failed: () => undefined, mediaLost: () => undefined });
// Two of its packages warn on the console.
server.event('nobody', 'Error', {});
server.send(JSON.stringify({ jsonrpc: '2.0', id: 4711, result: {} }));
await until('the package has printed', () => log.lines.filter(isPrinted).length >= 2);
const duringUse = everything();
await engine.close();
await server.stop();
const afterUse = everything();

function isPrinted({ message }: { readonly message: string }): boolean {
  return message.startsWith('kurento-client: ');
}

function changes(since: ReadonlyMap<string, unknown>): string[] {
  const keys = new Set([...before.keys(), ...since.keys()]);
  return [...keys].filter((key) => !Object.is(before.get(key), since.get(key)));
}

const report = {
  changed: [...new Set([afterLoading, duringUse, afterUse].flatMap(changes))],
  printed: log.lines.filter(isPrinted),
  error: JSON.stringify({ error: new Error('secret') }),
};
process.stdout.write(JSON.stringify(report));
