import type { Fields, IceServer, Reply } from './messages.js';

/** Who a hook is asked about. */
export interface Visitor {
  readonly easyrtcid: string;
  readonly application: string;
  readonly username: string | undefined;
}

/**
 * Where a program that embeds the server takes part. Each may answer later; one that throws, or takes longer than
 * `easyrtcHookTimeoutMs`, fails the request.
 */
export interface EasyRtcHooks {
  /** Whether somebody may come in. `message` is the whole authentication as it came. */
  authenticate?(visitor: Visitor, credential: Fields | undefined, message: Fields): boolean | Promise<boolean>;
  /** Whether somebody may join a room. `isNew`: it would be opened by this. */
  joinRoom?(
    visitor: Visitor,
    room: { readonly name: string; readonly parameter: Fields | undefined; readonly isNew: boolean },
  ): boolean | Promise<boolean>;
  /** The ICE servers of one client, in place of the configured ones. */
  iceServers?(visitor: Visitor): readonly IceServer[] | Promise<readonly IceServer[]>;
  /** A message to the server itself; what it returns is the answer, nothing is `ack`. */
  message?(visitor: Visitor, type: string, data: unknown): Reply | undefined | Promise<Reply | undefined>;
}

/** @throws Error when it takes longer */
export async function inTime<T>(answer: T | Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`A hook did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
