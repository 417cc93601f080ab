/**
 * Wraps a callback for the native library. An exception that leaves such a callback would end the process at once, so `failed` gets it.
 * `failed` must not throw.
 */
export function guarded<A extends readonly unknown[]>(
  failed: (error: unknown) => void,
  callback: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      failed(error);
    }
  };
}
