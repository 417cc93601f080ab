import { randomInt } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 16;

/**
 * 16 random letters and digits, 95 bits, so ids cannot be guessed and do not repeat
 * (docs/protocols/easyrtc.md#4-names-and-limits).
 */
export function newEasyrtcid(): string {
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
}
