import type { Config } from '../config.js';

/** What was found, and what to do. */
export interface Found {
  readonly status: 'ok' | 'warn' | 'FAIL';
  readonly text: string;
  /** A server that was named could not be reached. */
  readonly isUnreached?: true;
}

/**
 * @param now the time in ms since 1970
 * @returns none where the configuration has nothing of that kind
 */
export type Check = (config: Config, now: number) => readonly Found[] | Promise<readonly Found[]>;

export function ok(text: string): Found {
  return { status: 'ok', text };
}

export function warn(text: string): Found {
  return { status: 'warn', text };
}

export function fail(text: string): Found {
  return { status: 'FAIL', text };
}
