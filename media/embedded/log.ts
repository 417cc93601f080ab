import type { Log } from '../../log.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const satisfies readonly LogLevel[];

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object per line. The program that started the process reads the fields back. */
export class JsonLog implements Log {
  #threshold: number;
  readonly #write: (line: string) => void;

  constructor(level: LogLevel, write: (line: string) => void) {
    this.#threshold = logLevels.indexOf(level);
    this.#write = write;
  }

  set level(level: LogLevel) {
    this.#threshold = logLevels.indexOf(level);
  }

  error(message: string, fields?: object): void {
    this.#line('error', message, fields);
  }

  warn(message: string, fields?: object): void {
    this.#line('warn', message, fields);
  }

  info(message: string, fields?: object): void {
    this.#line('info', message, fields);
  }

  debug(message: string, fields?: object): void {
    this.#line('debug', message, fields);
  }

  #line(level: LogLevel, message: string, fields: object = {}): void {
    if (logLevels.indexOf(level) > this.#threshold) return;
    this.#write(JSON.stringify({ level, message, ...fields }) + '\n');
  }
}

/** The fields of a log line that describe a thrown value. */
export function thrown(error: unknown): LogFields {
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
}
