import type { WebSocket } from 'ws';

/** What the receiver of the ws library keeps to itself, in the version that package.json pins. Tests of half messages fail when it changes. */
interface Receiver {
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
}

/** Whether the peer has begun a message that is not complete: the library has no event for that. */
export function isMidMessage(socket: WebSocket): boolean {
  const { _receiver: receiver } = socket as unknown as { readonly _receiver: Receiver | null };
  return receiver !== null && (receiver._state !== 0 || receiver._bufferedBytes > 0 || receiver._fragmented !== 0);
}
