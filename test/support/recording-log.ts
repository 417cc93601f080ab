import type { Log } from '../../media/log.js';

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: object | undefined;
}

/** A log that keeps its lines. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  debug(message: string, fields?: object): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields?: object): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: object): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: object): void {
    this.lines.push({ level: 'error', message, fields });
  }

  has(level: keyof Log, part: string): boolean {
    return this.lines.some((line) => line.level === level && line.message.includes(part));
  }
}
