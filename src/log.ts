import winston from 'winston';
import type { ParentLog } from '../log.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
/** `text` for people, `json` for machines: one object per line. */
export type LogFormat = 'text' | 'json';

const levels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export function createLog(level: LogLevel, format: LogFormat): ParentLog {
  const { combine, timestamp, errors, json, printf, colorize } = winston.format;
  const text = printf(({ level: shown, message, timestamp: time, ...fields }) => {
    const details = Object.entries(fields).map(([name, value]) => ` ${name}=${shorten(value)}`);
    return `${String(time)} ${shown} ${String(message)}${details.join('')}`;
  });
  const lines = format === 'json' ? json({ replacer: plainError }) : text;
  const colours = format === 'text' && process.stdout.isTTY ? [colorize()] : [];
  const logger = winston.createLogger({
    level,
    format: combine(errors({ stack: true }), timestamp(), ...colours, lines),
    transports: [new winston.transports.Console()],
  });
  return logOf(logger, level);
}

/** Winston formats a line before it checks the level. This check comes first, so that lines below the level cost nothing. */
function logOf(logger: winston.Logger, level: LogLevel): ParentLog {
  const at = (own: LogLevel) =>
    levels.indexOf(own) > levels.indexOf(level)
      ? () => undefined
      : (message: string, fields?: object) => {
          logger.log(own, message, fields);
        };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => logOf(logger.child(fields), level),
  };
}

/** JSON on one line: a name with a line break in it must not look like a log line of its own. */
function shorten(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(value.stack ?? value.message);
  return value === undefined ? '-' : JSON.stringify(value);
}

function plainError(_key: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;
}
