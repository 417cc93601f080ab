import { randomInt } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 16;

/** 16 letters and digits, 95 bits: nobody guesses one, and none comes twice (EasyRTC §4). */
export function newEasyrtcid(): string {
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
}
