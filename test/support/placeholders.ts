/** Placeholders in transcripts for values that are known only during the test. */

/** Replaces placeholders by their values. A placeholder is a whole JSON text. */
export function fill(frame: string, bound: ReadonlyMap<string, string>): string {
  return frame.replace(/"(\$\w+)"/g, (text, name: string) => {
    const value = bound.get(name);
    return value === undefined ? text : JSON.stringify(value);
  });
}

/** The frame with its texts replaced by the placeholders they fit, so that a plain comparison shows the rest. */
export function bind(actual: unknown, expected: unknown, bound: Map<string, string>): unknown {
  if (typeof expected === 'string' && expected.startsWith('$') && typeof actual === 'string') {
    if (expected.startsWith('$*')) return actual !== '' && actual.includes(expected.slice(2)) ? expected : actual;
    const known = bound.get(expected);
    if (known === undefined && actual !== '') bound.set(expected, actual);
    return bound.get(expected) === actual ? expected : actual;
  }
  if (expected === '$#' && typeof actual === 'number') return expected;
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, index) => bind(item, expected[index], bound));
  }
  if (isObject(actual) && isObject(expected)) {
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, bind(value, expected[key], bound)]));
  }
  return actual;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
