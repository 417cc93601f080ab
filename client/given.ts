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
