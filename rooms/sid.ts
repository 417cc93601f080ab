const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 16;
/** Of several ids: to ask for random bytes costs the same for one and for many. */
const bytes = new Uint8Array(64 * length);
let used: number = bytes.length;

/** An id as LiveKit's server API has them: RM_, PA_, TR_ or EV_ and REC_ of ours, and random letters and digits. */
export function newSid(kind: 'RM' | 'PA' | 'TR' | 'REC' | 'EV'): string {
  if (used === bytes.length) {
    crypto.getRandomValues(bytes);
    used = 0;
  }
  let id = `${kind}_`;
  for (const end = used + length; used < end; used += 1) id += letters.charAt((bytes[used] ?? 0) % letters.length);
  return id;
}
