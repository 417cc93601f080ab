import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess } from '../support/server-process.js';
import { doors, enter } from './doors.js';
import { PollingLine } from './line.js';
import type { Visitor } from './doors.js';

export interface Sleep {
  /** Further options of the server. */
  readonly env: NodeJS.ProcessEnv;
  /** What Node is given. Default: what `npm start` runs. */
  readonly program?: readonly string[];
  /** Between two pings of a client of the room protocol, in ms. */
  readonly pingMs: number;
  readonly stoppedMs: number;
  /** After the sleep, in ms. By then each client that is taken for gone is so. */
  readonly awakeMs: number;
}

export interface AfterSleep {
  readonly clients: number;
  /** How each client ended that was thrown out, with the name of its door. */
  readonly thrownOut: readonly string[];
  /** The doors at which a client is connected, and is not served as before. */
  readonly notServed: readonly string[];
}

/** Lets the system stop a server for a while, with one client at each door. */
export async function sleep({ env, program, pingMs, stoppedMs, awakeMs }: Sleep): Promise<AfterSleep> {
  const server = await ServerProcess.start(0, env, program);
  const visitors: Visitor[] = [];
  const pings: NodeJS.Timeout[] = [];
  try {
    const url = new URL(server.url).origin;
    for (const [index, door] of doors.entries()) {
      visitors.push(await enter(door, url, { name: `client${index}`, room: `room${index}` }));
    }
    const [room] = visitors;
    // The ping of the room protocol, with a watchdog of three intervals.
    const ping = (): void => {
      room?.line.send(JSON.stringify({ jsonrpc: '2.0', id: 'ping', method: 'ping', params: { interval: pingMs } }));
    };
    ping();
    pings.push(setInterval(ping, pingMs / 2));

    server.signal('SIGSTOP');
    await pause(stoppedMs);
    server.signal('SIGCONT');
    await pause(awakeMs);
    return await look(visitors);
  } finally {
    for (const timer of pings) clearInterval(timer);
    for (const { line } of visitors) line.cut();
    await server.end('SIGKILL');
  }
}

async function look(visitors: readonly Visitor[]): Promise<AfterSleep> {
  const thrownOut: string[] = [];
  const notServed: string[] = [];
  for (const [index, visitor] of visitors.entries()) {
    const { name } = doors[index] ?? visitor;
    const { line } = visitor;
    const refusals = line instanceof PollingLine ? line.refusals : [];
    if (line.isClosed) thrownOut.push([name, await line.closed, ...refusals].join(': '));
    else if (!(await isServed(visitor, `room${index}`))) notServed.push(name);
  }
  return { clients: visitors.length, thrownOut, notServed };
}

/** Whether the client is still a member of its room: what it says comes back to those who are there, or is not refused. */
async function isServed(visitor: Visitor, room: string): Promise<boolean> {
  const { line, speech } = visitor;
  try {
    await visitor.ask();
    line.send(speech.say(visitor, room, 'hello'));
    await visitor.ask();
  } catch {
    return false;
  }
  return !line.received.some((packet) => speech.tooMany.test(packet));
}
