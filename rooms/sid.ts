const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 16;

/** An id as LiveKit's server API has them: RM_, PA_, TR_ or EV_ and REC_ of ours, and random letters and digits. */
export function newSid(kind: 'RM' | 'PA' | 'TR' | 'REC' | 'EV'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return `${kind}_${Array.from(bytes, (byte) => letters[byte % letters.length]).join('')}`;
}
