/**
 * The configuration is wrong, or what it names cannot be used. The message is one line for the operator: which option, where it was
 * given or what is wrong with it, and what is expected.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** Of the error of the system that is the cause, as EADDRINUSE; undefined when there is none. */
  get code(): string | undefined {
    const { cause } = this;
    return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  }
}
