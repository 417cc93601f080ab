import type { ParentLog } from '../../log.js';

type Level = Exclude<keyof ParentLog, 'child'>;

export interface LogLine {
  readonly level: Level;
  readonly message: string;
  readonly fields: object | undefined;
}

/** A log that keeps its lines, and those of its children. */
export class RecordingLog implements ParentLog {
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

  child(): this {
    return this;
  }

  has(level: Level, part: string): boolean {
    return this.lines.some((line) => line.level === level && line.message.includes(part));
  }
}
