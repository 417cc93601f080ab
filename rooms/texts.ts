/** The longest text that can be said, in bytes of UTF-8, where nothing else is set. */
export const defaultMaxTextBytes = 16_384;

const bytesPerUnit = 3;
const loneSurrogate = /\p{Cs}/u;

/** Whether a text can be said: it is not too long, and it is well-formed Unicode, which every client can read. */
export function isSayable(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes || loneSurrogate.test(text)) return false;
  return text.length * bytesPerUnit <= maxBytes || new TextEncoder().encode(text).length <= maxBytes;
}
