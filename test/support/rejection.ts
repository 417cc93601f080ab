import { AssertionError } from 'chai';

/** The `code` of what a call throws or a promise rejects with. Fails when nothing is thrown. */
export async function codeOf(call: (() => unknown) | Promise<unknown>): Promise<unknown> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code;
    throw error;
  }
  throw new AssertionError('expected an error, but the call succeeded');
}

/** As `codeOf`, for a call that may also succeed: 'no error' then. */
export async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([call]);
  return outcome.status === 'fulfilled' ? 'no error' : codeOf(call);
}
