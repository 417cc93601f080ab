/** What went wrong, in one line. fetch hides it, and OpenSSL ends its messages with a line break. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const { message } = cause instanceof Error && cause.message !== '' ? cause : error;
  return message.trim().split('\n')[0] ?? '';
}
