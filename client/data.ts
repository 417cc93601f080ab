import type { NotificationParams } from '../dialects/kurento-room/types.js';

/** Data that a participant, or a program over the server API, has sent. */
export interface DataMessage {
  /** User name of the sender. Empty: a program. */
  readonly from: string;
  /** What it is: the sender says it. */
  readonly topic: string;
  /** The data. A text comes in UTF-8: `new TextDecoder().decode(bytes)`. */
  readonly bytes: Uint8Array;
}

/** `String.fromCharCode` takes only so many at a time. */
const bytesAtATime = 8_192;

/** @param data a text is sent in UTF-8 */
export function base64Of(data: Uint8Array | string): string {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  let binary = '';
  for (let from = 0; from < bytes.length; from += bytesAtATime) {
    binary += String.fromCharCode(...bytes.subarray(from, from + bytesAtATime));
  }
  return btoa(binary);
}

/** Undefined for what no server of this protocol sends. */
export function dataIn({ from, topic, data }: NotificationParams<'data'>): DataMessage | undefined {
  try {
    return { from, topic, bytes: Uint8Array.from(atob(data), (unit) => unit.charCodeAt(0)) };
  } catch {
    return undefined;
  }
}
