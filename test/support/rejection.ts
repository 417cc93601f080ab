import { MediaError } from '../../media/errors.js';

/** The code of the MediaError that the call is rejected with, or what happened instead. */
export function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: unknown) => (error instanceof MediaError ? error.code : String(error)),
  );
}
