/**
 * Checks of what a page gives to this library. The compiler checks it for pages in TypeScript, and nothing does for the others. Each
 * throws `invalid-argument`.
 */
import { ClientError } from './errors.js';

/** @param what its name, as in the documentation */
export function givenObject<T>(value: T, what: string): T & object {
  if (typeof value === 'object' && value !== null) return value;
  throw invalid(`${what} must be an object, not ${shown(value)}.`);
}

export function givenText(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${what} must be a text that is not empty, not ${shown(value)}.`);
}

export function givenTextOrNone(value: unknown, what: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`${what} must be a text, not ${shown(value)}.`);
}

export function givenList<T>(value: readonly T[], what: string): readonly T[] {
  const isList: boolean = Array.isArray(value);
  if (isList) return value;
  throw invalid(`${what} must be a list, not ${shown(value)}.`);
}

export function givenNumber(value: unknown, what: string): void {
  if (typeof value !== 'number') throw invalid(`${what} must be a number, not ${shown(value)}.`);
}

export function givenFunction<T>(value: T, what: string): T {
  if (typeof value === 'function') return value;
  throw invalid(`${what} must be a function, not ${shown(value)}.`);
}

export function givenOneOf<T>(value: T, what: string, all: readonly T[]): T {
  if (all.includes(value)) return value;
  throw invalid(`${what} must be one of ${all.map(shown).join(', ')}, not ${shown(value)}.`);
}

/** Longer timers of browsers end at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** A time in ms that a timer can take, or undefined. @param leastMs default: 0 */
export function givenMsOrNone(value: unknown, what: string, leastMs = 0): void {
  const isTime = typeof value === 'number' && value >= leastMs && value <= longestTimerMs;
  if (value !== undefined && !isTime) throw invalid(`${what} must be a time in ms, not ${shown(value)}.`);
}

/** Its text. Throws also for what JSON cannot hold. */
export function fitsJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw invalid('What is sent must fit into JSON.', cause);
  }
}

/** An object of the browser, or one that does the same: it has these methods. */
export function givenLike<T>(value: T, what: string, ...methods: readonly (keyof T & string)[]): T {
  const given = typeof value === 'object' && value !== null ? value : undefined;
  if (given && methods.every((method) => typeof given[method] === 'function')) return value;
  throw invalid(`${what} must be one of the browser, not ${shown(value)}.`);
}

export function invalid(message: string, cause?: unknown): ClientError {
  return new ClientError('invalid-argument', message, { cause });
}

/** In few characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
