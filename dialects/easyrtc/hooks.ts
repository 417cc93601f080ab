import type { Fields, IceServer, Reply } from './messages.js';

/** The client that a hook decides about. */
export interface Visitor {
  readonly easyrtcid: string;
  readonly application: string;
  readonly username: string | undefined;
}

/**
 * Decisions of a program that embeds the server. A hook may be asynchronous. If it throws or takes longer than
 * `easyrtcHookTimeoutMs`, the request fails.
 */
export interface EasyRtcHooks {
  /** Whether the client is admitted. `message` is the whole authentication, unchanged. */
  authenticate?(visitor: Visitor, credential: Fields | undefined, message: Fields): boolean | Promise<boolean>;
  /** Whether the client may join a room. `isNew`: the room does not exist yet. */
  joinRoom?(
    visitor: Visitor,
    room: { readonly name: string; readonly parameter: Fields | undefined; readonly isNew: boolean },
  ): boolean | Promise<boolean>;
  /** The ICE servers of one client, instead of the configured ones. */
  iceServers?(visitor: Visitor): readonly IceServer[] | Promise<readonly IceServer[]>;
  /** Answers a message to the server itself; undefined answers `ack`. */
  message?(visitor: Visitor, type: string, data: unknown): Reply | undefined | Promise<Reply | undefined>;
}

/** @throws Error when the hook takes longer than `timeoutMs` */
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
