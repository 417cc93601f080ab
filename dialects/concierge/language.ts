import type { Refusal } from './errors.js';
import type { Request, Target } from './messages.js';
import type { Payload } from './payload.js';

/** Whom the wire calls a Client: its JSON, and what it is found by. */
export interface ClientText {
  readonly name: string;
  readonly json: string;
}

/** A Group as it was at some moment (Concierge §5). */
export interface GroupText {
  readonly name: string;
  readonly json: string;
}

/** What answers a request; a refusal does too. */
export type Answer =
  | { readonly type: 'ok' | 'sent' }
  /** `changed`: false when it was so before. */
  | { readonly type: 'subscribed' | 'unsubscribed' | 'created'; readonly group: GroupText; readonly changed: boolean }
  | { readonly type: 'deleted' | 'group'; readonly group: GroupText }
  | { readonly type: 'groups'; readonly groups: readonly GroupText[] }
  | { readonly type: 'clients'; readonly clients: readonly ClientText[] }
  | { readonly type: 'self' | 'client'; readonly client: ClientText; readonly subscriptions: readonly GroupText[] };

/** What clients are told because of others. */
export type Notice =
  | { readonly type: 'clientJoined' | 'clientLeft'; readonly client: ClientText }
  | { readonly type: 'groupCreated' | 'groupDeleted'; readonly group: GroupText }
  /** To a subscriber whose group ended, and to one who was taken out of a group that goes on. */
  | { readonly type: 'groupEnded' | 'evicted'; readonly group: GroupText }
  /** To the subscribers of the group. */
  | { readonly type: 'subscriberJoined' | 'subscriberLeft'; readonly client: ClientText; readonly group: GroupText }
  | {
      readonly type: 'message';
      readonly origin: ClientText;
      readonly group: GroupText | undefined;
      readonly target: Target;
      /** JSON, as it came. */
      readonly data: string;
    };

/** One version of the protocol, in one spelling. */
export interface Language {
  /** @throws Refusal `protocol`, `unsupported` */
  read(payload: Payload): Request;
  answer(seq: number, answer: Answer): string;
  refuse(seq: number, refusal: Refusal): string;
  /** Undefined for what this version does not tell. */
  tell(notice: Notice): string | undefined;
  /** Whether whoever makes or deletes a group is told as everybody else is, before the answer. */
  readonly tellsDoer: boolean;
}

/** The members of a JSON object, to stand in another one. */
export function membersOf(json: string): string {
  return json.slice(1, -1);
}

export function listOf(items: readonly { readonly json: string }[]): string {
  return `[${items.map(({ json }) => json).join(',')}]`;
}
