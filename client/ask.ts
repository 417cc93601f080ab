import type { MethodName, RequestParams, RequestResult } from '../dialects/kurento-room/types.js';

/** Sends a request of a participant. Rejects with the server's refusal, `not-in-room`, `timeout` or `disconnected`. */
export type Ask = <M extends MethodName>(method: M, params: RequestParams<M>) => Promise<RequestResult<M>>;

/** A kind of media: sound or picture. */
export type MediaKind = 'audio' | 'video';
