import type { Refusal } from './errors.js';
import type { Request, Target } from './messages.js';
import type { Payload, TypeMember } from './payload.js';

/** What the wire calls a Client: its name, and its JSON. */
export interface ClientText {
  readonly name: string;
  readonly json: string;
}

/** A Group at one moment (docs/protocols/concierge.md#5-objects). */
export interface GroupText {
  readonly name: string;
  readonly json: string;
}

/** The answer to a request that was done; a `Refusal` is the other answer. */
export type Answer =
  | { readonly type: 'ok' | 'sent' }
  /** `changed` is false when the request changed nothing. */
  | { readonly type: 'subscribed' | 'unsubscribed' | 'created'; readonly group: GroupText; readonly changed: boolean }
  | { readonly type: 'deleted' | 'group'; readonly group: GroupText }
  | { readonly type: 'groups'; readonly groups: readonly GroupText[] }
  | { readonly type: 'clients'; readonly clients: readonly ClientText[] }
  | OlderAnswer
  | { readonly type: 'self' | 'client'; readonly client: ClientText; readonly subscriptions: readonly GroupText[] };

/** The answers to the requests of July 2020. */
export type OlderAnswer =
  | { readonly type: 'groupNames' | 'subscriptionNames'; readonly groups: readonly GroupText[] }
  | { readonly type: 'clientList'; readonly clients: readonly ClientText[] }
  | { readonly type: 'subscriberList'; readonly group: GroupText; readonly clients: readonly ClientText[] };

/** What a client is told without a request of its own. */
export type Notice =
  | { readonly type: 'clientJoined' | 'clientLeft'; readonly client: ClientText }
  | { readonly type: 'groupCreated' | 'groupDeleted'; readonly group: GroupText }
  /** To a subscriber: its group ended, or the subscriber was taken out of a group that goes on. */
  | { readonly type: 'groupEnded' | 'evicted'; readonly group: GroupText }
  /** To the subscribers of the group. */
  | { readonly type: 'subscriberJoined' | 'subscriberLeft'; readonly client: ClientText; readonly group: GroupText }
  | {
      readonly type: 'message';
      readonly origin: ClientText;
      readonly group: GroupText | undefined;
      readonly target: Target;
      /** JSON, byte for byte as the sender wrote it. */
      readonly data: string;
    };

/** One version of the protocol, in one spelling. */
export interface ProtocolVersion {
  /** @throws Refusal `protocol`, `unsupported` */
  read(payload: Payload): Request;
  answer(seq: number, answer: Answer): string;
  refuse(seq: number, refusal: Refusal): string;
  /** Undefined for a notice that this version does not have. */
  tell(notice: Notice): string | undefined;
  /** The member of a payload that says its type. */
  readonly typeMember: TypeMember;
  /** Whether a client that creates or deletes a group is told of it like the others, before the answer. */
  readonly tellsDoer: boolean;
}

/** The members of a JSON object, to stand in another one. */
export function membersOf(json: string): string {
  return json.slice(1, -1);
}

export function listOf(items: readonly { readonly json: string }[]): string {
  return `[${items.map(({ json }) => json).join(',')}]`;
}
