import { randomInt } from 'node:crypto';

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letters = `${capitals}abcdefghijklmnopqrstuvwxyz0123456789`;

/** What a publisher shows. */
export const videoTypes = ['CAMERA', 'SCREEN', 'CUSTOM', 'IPCAM'] as const;
export type VideoType = (typeof videoTypes)[number];

/** A capital letter, then letters and digits. */
function random(length: number): string {
  const rest = Array.from({ length: length - 1 }, () => letters.charAt(randomInt(letters.length)));
  return capitals.charAt(randomInt(capitals.length)) + rest.join('');
}

export function newSessionId(): string {
  return `ses_${random(20)}`;
}

/** No secret. */
export function newConnectionId(): string {
  return `con_${random(10)}`;
}

/** 141 random bits: whoever has it may join. */
export function newToken(): string {
  return `tok_${random(24)}`;
}

/** One per browser in the original; here one per connection. */
export function newFinalUserId(): string {
  return random(24);
}

/** @param typeOfVideo undefined: audio alone */
export function newStreamId(typeOfVideo: VideoType | undefined, connectionId: string): string {
  return `str_${typeOfVideo?.slice(0, 3) ?? 'MIC'}_${random(4)}_${connectionId}`;
}

/** The connection that a stream id names, if any: pages take it off the end in the same way. */
export function connectionIdOf(streamId: string): string | undefined {
  const at = streamId.lastIndexOf('con_');
  return at < 0 ? undefined : streamId.slice(at);
}
