import type { Log, ParentLog } from '../log.js';
import { networkOf } from '../transport/gate/network.js';

type Level = Exclude<keyof Log, 'writes'>;

export interface LogLimits {
  /** How many lines of one message one address may cause in a minute. Of IPv6 a network of 64 bits counts as one. */
  readonly perAddress: number;
  /** How many lines of one message there are in a minute, whatever causes them. */
  readonly perMessage: number;
}

/** Time and timers of the limits. */
export interface LogClock {
  /** In ms. */
  readonly now: () => number;
  /** Calls back once; must not keep the process alive. */
  readonly after: (ms: number, run: () => void) => void;
}

const windowMs = 60_000;
/** How many windows are kept at a time: strangers have as many addresses as they like. */
const maxWindows = 10_000;

const systemClock: LogClock = {
  now: Date.now,
  after: (ms, run) => {
    setTimeout(run, ms).unref();
  },
};

/** One minute of one message, in all or from one address. */
interface Window {
  readonly level: Level;
  readonly message: string;
  readonly address: string | undefined;
  readonly endsAt: number;
  lines: number;
  /** Lines that were not logged. */
  missing: number;
}

/** Counts lines that are alike, minute by minute. */
class Windows {
  readonly #limit: number;
  readonly #clock: LogClock;
  readonly #tell: (window: Window) => void;
  /** In the order in which they end. */
  readonly #open = new Map<string, Window>();
  #waits = false;

  /** @param tell told of a minute that is over and in which lines are missing */
  constructor(limit: number, clock: LogClock, tell: (window: Window) => void) {
    this.#limit = limit;
    this.#clock = clock;
    this.#tell = tell;
  }

  mayLog(level: Level, message: string, address?: string): boolean {
    this.#closeEnded();
    const key = `${level} ${address ?? ''} ${message}`;
    let window = this.#open.get(key);
    if (!window) {
      const [oldest] = this.#open;
      if (oldest && this.#open.size >= maxWindows) this.#close(...oldest);
      window = { level, message, address, endsAt: this.#clock.now() + windowMs, lines: 0, missing: 0 };
      this.#open.set(key, window);
    }
    if (window.lines < this.#limit) {
      window.lines += 1;
      return true;
    }
    window.missing += 1;
    this.#wait();
    return false;
  }

  /** So that the number is told also when nothing follows. */
  #wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#clock.after(windowMs, () => {
      this.#waits = false;
      this.#closeEnded();
      if ([...this.#open.values()].some(({ missing }) => missing > 0)) this.#wait();
    });
  }

  #closeEnded(): void {
    const now = this.#clock.now();
    for (const [key, window] of this.#open) {
      if (window.endsAt > now) return;
      this.#close(key, window);
    }
  }

  #close(key: string, window: Window): void {
    this.#open.delete(key);
    if (window.missing > 0) this.#tell(window);
  }
}

/** Both limits of one log. */
class Limits {
  readonly #perAddress: Windows;
  readonly #perMessage: Windows;

  constructor(log: Log, { perAddress, perMessage }: LogLimits, clock: LogClock) {
    const tell = ({ level, message, address, missing }: Window): void => {
      log[level](`${message} (${missing} more not logged)`, address === undefined ? undefined : { address });
    };
    this.#perMessage = new Windows(perMessage, clock, tell);
    this.#perAddress = new Windows(perAddress, clock, (window) => {
      // Strangers may have many addresses, and each has a number to tell.
      if (this.#perMessage.mayLog(window.level, `${window.message}, from many addresses`)) tell(window);
    });
  }

  mayLog(level: Level, message: string, address: string | undefined): boolean {
    if (address !== undefined && !this.#perAddress.mayLog(level, message, address)) return false;
    return this.#perMessage.mayLog(level, message);
  }
}

/**
 * A log that a stranger cannot fill: lines that are alike are bounded, by the field `address` and in all, and the number of those that are
 * missing is told when their minute is over.
 */
export function limitedLog(log: ParentLog, limits: LogLimits, clock: LogClock = systemClock): ParentLog {
  return limited(log, new Limits(log, limits, clock), undefined);
}

function limited(log: ParentLog, limits: Limits, ownAddress: string | undefined): ParentLog {
  const at = (level: Level) => (message: string, fields?: object) => {
    if (limits.mayLog(level, message, addressIn(fields) ?? ownAddress)) log[level](message, fields);
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    // Only those who look for something ask for these.
    debug: (message, fields) => {
      log.debug(message, fields);
    },
    child: (fields) => limited(log.child(fields), limits, addressIn(fields) ?? ownAddress),
  };
}

/** What counts as one address. */
function addressIn(fields: object | undefined): string | undefined {
  if (!fields || !('address' in fields)) return undefined;
  return typeof fields.address === 'string' ? networkOf(fields.address) : undefined;
}
