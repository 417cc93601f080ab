/** The types of the messages, for clients: to be imported with `import type`, so that no schema reaches the browser. */
import type { z } from 'zod';
import type { notifications } from './notifications.js';
import type { requests } from './requests.js';

type AnyRequest = (typeof requests)[number];
type RequestOf<M extends MethodName> = Extract<AnyRequest, { readonly name: M }>;

export type MethodName = AnyRequest['name'];
/** Params as a client may send them. */
export type RequestParams<M extends MethodName> = z.input<RequestOf<M>['params']>;
/** Without the `sessionId` that is added to the results of all requests of a session. */
export type RequestResult<M extends MethodName> = z.output<RequestOf<M>['result']>;

type AnyNotification = (typeof notifications)[number];

export type NotificationName = AnyNotification['name'];
export type NotificationParams<N extends NotificationName> = z.output<
  Extract<AnyNotification, { readonly name: N }>['params']
>;
