import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Log } from '../../log.js';

export interface NtpClockOptions {
  /** `host` or `host:port`, in the order of the queries; `localtime` is the clock of this host. */
  readonly servers: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The time of this host in ms since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

const localTime = 'localtime';
const defaultPort = 123;
const packetBytes = 48;
/** No warning, version 4, from a client (RFC 5905 §7.3). */
const question = 0x23;
const serverMode = 4;
/** Value of the leap indicator: the clock of the NTP server is not set. */
const notSynchronised = 3;
const maxStratum = 15;
const originateAt = 24;
const receiveAt = 32;
const transmitAt = 40;
/** Seconds from 1900, where NTP time begins, to 1970. */
const secondsTo1970 = 2_208_988_800;

/**
 * The clock of the host, corrected by an NTP server. Servers are queried in the background, so a reader of the time never waits. When
 * none answers, the last known difference is used; at first it is 0.
 */
export class NtpClock {
  readonly #options: NtpClockOptions;
  #offsetMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: NtpClockOptions) {
    this.#options = options;
  }

  /** The time in ms since 1970. */
  now(): number {
    return this.#options.now() + this.#offsetMs;
  }

  start(): void {
    const { servers, intervalMs } = this.#options;
    if (this.#stopped || servers.every((server) => server === localTime)) return;
    void this.#ask().finally(() => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => {
        this.start();
      }, intervalMs).unref();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { servers, timeoutMs, now, log } = this.#options;
    for (const server of servers) {
      try {
        this.#offsetMs = server === localTime ? 0 : await offsetOf(server, timeoutMs, now);
        log.debug('the clock was compared with an NTP server', { server, offsetMs: this.#offsetMs });
        return;
      } catch (error) {
        log.warn('an NTP server does not answer', { server, error });
      }
    }
  }
}

/** How far the host's clock is behind, in ms (RFC 5905 §8, on-wire protocol). @throws Error in time when there is no answer */
function offsetOf(server: string, timeoutMs: number, now: () => number): Promise<number> {
  const [, host = server, port = defaultPort] = /^(.*):(\d+)$/.exec(server) ?? [];
  const socket = createSocket('udp4');
  return new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs).unref();
    socket.once('close', () => {
      clearTimeout(timer);
    });
    socket.on('error', reject);
    const packet = Buffer.alloc(packetBytes);
    packet.writeUInt8(question, 0);
    // The server sends this back unchanged, which shows that the answer belongs to this query.
    const cookie = randomBytes(8);
    cookie.copy(packet, transmitAt);
    const sentAt = now();
    socket.on('message', (answer) => {
      const receivedAt = now();
      if (!isAnswer(answer, cookie)) return;
      resolve((timeIn(answer, receiveAt) - sentAt + timeIn(answer, transmitAt) - receivedAt) / 2);
    });
    socket.send(packet, Number(port), host, (error) => {
      if (error) reject(error);
    });
  }).finally(() => {
    socket.close();
  });
}

function isAnswer(packet: Buffer, cookie: Buffer): boolean {
  if (packet.length < packetBytes) return false;
  const stratum = packet.readUInt8(1);
  return (
    (packet.readUInt8(0) & 0x07) === serverMode &&
    packet.readUInt8(0) >> 6 !== notSynchronised &&
    stratum > 0 &&
    stratum <= maxStratum &&
    cookie.equals(packet.subarray(originateAt, originateAt + cookie.length)) &&
    packet.readBigUInt64BE(receiveAt) !== 0n &&
    packet.readBigUInt64BE(transmitAt) !== 0n
  );
}

/** An NTP time stamp in ms since 1970. In 2036 the seconds begin again, so small ones are of the new era (RFC 4330 §3). */
function timeIn(packet: Buffer, offset: number): number {
  const counted = packet.readUInt32BE(offset);
  const seconds = counted < 2 ** 31 ? counted + 2 ** 32 : counted;
  return (seconds - secondsTo1970) * 1000 + (packet.readUInt32BE(offset + 4) / 2 ** 32) * 1000;
}
