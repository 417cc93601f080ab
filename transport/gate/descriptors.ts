import { readFileSync } from 'node:fs';

/** Descriptors that are kept for files, media servers and the answers to those who are refused. */
const least = 64;
const share = 0.1;

/** Of those that are kept, for connections to ADMIN_PORT. */
const adminShare = 0.25;

/**
 * How many sockets of clients may be open, so that the process keeps some file descriptors.
 * @returns Infinity where the system does not tell its limit
 */
export function socketLimit(limits: string = readLimits()): number {
  const descriptors = descriptorsIn(limits);
  return descriptors === undefined ? Infinity : Math.max(1, Math.floor(descriptors - kept(descriptors)));
}

/** As `socketLimit`, for ADMIN_PORT: it answers also when clients have all that they may have. */
export function adminSocketLimit(limits: string = readLimits()): number {
  const descriptors = descriptorsIn(limits);
  return descriptors === undefined ? Infinity : Math.floor(kept(descriptors) * adminShare);
}

function kept(descriptors: number): number {
  return Math.max(least, descriptors * share);
}

function descriptorsIn(limits: string): number | undefined {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
