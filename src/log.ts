import type { Writable } from 'node:stream';
import winston from 'winston';
import type { ParentLog } from '../log.js';
import { LineRing } from './line-ring.js';
import { boundedError, boundedField, boundedMessage, escaped } from './log-fields.js';
import { withHashedNames } from './log-names.js';
import { limitedLog } from './log-limit.js';
import type { LogClock } from './log-limit.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
/** `text` for people, `json` for machines: one object per line. */
export type LogFormat = 'text' | 'json';

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

/** What strangers can make the log grow by in a minute; fields of a line are bounded besides. */
const limits = { perAddress: 30, perMessage: 600 };

/** A log whose level can be changed while it is used, also that of its children. */
export interface LeveledLog extends ParentLog {
  level: LogLevel;
  /** The last ones that were written, the oldest first. */
  readonly lastLines: readonly string[];
}

interface LogOptions {
  /** Default: standard output. */
  readonly output?: Writable;
  /** Default: the clock and the timers of the process. */
  readonly clock?: LogClock;
  /** How names and addresses are shown. Default: plain. */
  readonly names?: 'plain' | 'hash';
}

/**
 * Names come from outside and stand in the fields. Each is cut, and shown so that it cannot look like a line of its own; lines that are
 * alike are bounded.
 */
export function createLog(
  level: LogLevel,
  format: LogFormat,
  { output, clock, names = 'plain' }: LogOptions = {},
): LeveledLog {
  const { combine, timestamp, errors, printf, colorize } = winston.format;
  const text = printf(({ level: shown, message, timestamp: time, ...fields }) => {
    const details = Object.entries(fields).map(([name, value]) => ` ${name}=${textOf(value)}`);
    return `${String(time)} ${shown} ${escaped(boundedMessage(String(message)) + details.join(''))}`;
  });
  const json = printf(({ level: shown, message, timestamp: time, ...fields }) => {
    const details = Object.entries(fields).map(([name, value]) => [name, boundedField(value)] as const);
    const line = { level: shown, message: boundedMessage(String(message)), timestamp: time };
    return escaped(JSON.stringify({ ...Object.fromEntries(details), ...line }));
  });
  const colours = format === 'text' && output === undefined && process.stdout.isTTY ? [colorize()] : [];
  const transport = output ? new winston.transports.Stream({ stream: output }) : new winston.transports.Console();
  const ring = new LineRing();
  const logger = winston.createLogger({
    level: 'debug',
    format: combine(errors({ stack: true }), timestamp(), ...colours, format === 'json' ? json : text),
    transports: [transport, new winston.transports.Stream({ stream: ring, eol: '' })],
  });
  const threshold = { level };
  const log = above(
    threshold,
    limitedLog(names === 'hash' ? withHashedNames(logOf(logger)) : logOf(logger), limits, clock),
  );
  return {
    ...log,
    get level() {
      return threshold.level;
    },
    set level(next) {
      threshold.level = next;
    },
    get lastLines() {
      return ring.lines;
    },
  };
}

/** Winston formats a line before it checks the level, and the limits count it. This check comes first: lines below the level cost nothing. */
function above(threshold: { readonly level: LogLevel }, log: ParentLog): ParentLog {
  const writes = (level: LogLevel): boolean => levels.indexOf(level) <= levels.indexOf(threshold.level);
  const at = (own: LogLevel) => (message: string, fields?: object) => {
    if (writes(own)) log[own](message, fields);
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    writes,
    child: (fields) => above(threshold, log.child(fields)),
  };
}

function logOf(logger: winston.Logger): ParentLog {
  const at = (own: LogLevel) => (message: string, fields?: object) => {
    logger.log(own, message, fields);
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => logOf(logger.child(fields)),
  };
}

/** JSON on one line. */
function textOf(value: unknown): string {
  if (value === undefined) return '-';
  return JSON.stringify(value instanceof Error ? boundedError(value).stack : boundedField(value));
}
