import { readFileSync } from 'node:fs';

/** Descriptors that are kept for files, media servers and the answers to those who are refused. */
const least = 64;
const share = 0.1;

/**
 * How many sockets of clients may be open, so that the process keeps some file descriptors.
 * @returns Infinity where the system does not tell its limit
 */
export function socketLimit(limits: string = readLimits()): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  if (soft === undefined) return Infinity;
  const descriptors = Number(soft);
  return Math.max(1, Math.floor(descriptors - Math.max(least, descriptors * share)));
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
