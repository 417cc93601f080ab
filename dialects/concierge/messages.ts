import { z } from 'zod';

/**
 * The receivers of a message, as either version writes them (docs/protocols/concierge.md#7-message, #14-version-02).
 */
export type Target =
  | { readonly type: 'NAME'; readonly name: string }
  | { readonly type: 'UUID'; readonly uuid: string }
  | { readonly type: 'ALL' }
  | { readonly type: 'GROUP'; readonly group: string }
  | { readonly type: 'SERVICE'; readonly service: string }
  | { readonly type: 'SERVICE_CLIENT_UUID'; readonly service: string; readonly uuid: string };

/** A request, the same for both versions. */
export type Request =
  | { readonly type: 'message'; readonly target: Target; readonly data: string }
  | { readonly type: 'subscribe' | 'unsubscribe' | 'deleteGroup' | 'fetchGroup'; readonly group: string }
  | { readonly type: 'createGroup'; readonly group: string; readonly nickname: string | null }
  | { readonly type: 'fetchSelf' | 'fetchGroups' | 'fetchClients' }
  /** As clients of July 2020 ask: they know groups by their names alone. */
  | { readonly type: 'listGroups' | 'listClients' | 'listSubscriptions' }
  | { readonly type: 'listSubscribers'; readonly group: string }
  | { readonly type: 'fetchClient'; readonly uuid: string }
  | { readonly type: 'setSeq'; readonly seq: number };

/** They are sent to all clients with many messages. `admission.ts` bounds each as a name is. */
const maxTags = 64;

const text = z.string();
const nickname = text.nullish();
/** Far enough below 2^53 that all numbers that follow are exact. */
const maxSeq = 2 ** 52;

export const identify = z.object({
  name: text,
  version: text,
  nickname,
  secret: text.nullish(),
  tags: z.array(text).max(maxTags).nullish(),
});

/** The first clients of June 2020 do not say their version. */
export const identifyOfJune = identify.extend({ version: text.default('0.1.0') });

export type Identification = z.output<typeof identify>;

const nameTarget = z.object({ type: z.literal('NAME'), name: text });
const uuidTarget = z.object({ type: z.literal('UUID'), uuid: text });
const allTarget = z.object({ type: z.literal('ALL') });

const target01 = z.discriminatedUnion('type', [
  nameTarget,
  uuidTarget,
  allTarget,
  z.object({ type: z.literal('GROUP'), group: text }),
]);
const target02 = z.discriminatedUnion('type', [
  nameTarget,
  uuidTarget,
  allTarget,
  z.object({ type: z.literal('SERVICE'), service: text }),
  z.object({ type: z.literal('SERVICE_CLIENT_UUID'), service: text, uuid: text }),
]);

/** `data` is any JSON, also null; `dataOf` takes its text from the payload. */
export const message01 = z.object({ target: target01 });
export const message02 = z.object({ target: target02 });

/**
 * Clients name the group in `name`, older ones in `group` (docs/protocols/concierge.md#6-requests-and-their-answers).
 */
export const group01 = z
  .object({ name: text.nullish(), group: text.nullish() })
  .transform(({ name, group }) => name ?? group)
  .pipe(z.string('must name the group in "name" or "group"'));
export const group02 = z.object({ service: text }).transform(({ service }) => service);
export const named = z.object({ nickname: nickname.transform((given) => given ?? null) });
export const numbered = z.object({ seq: z.number().int().min(0).max(maxSeq) });
export const addressed = z.object({ uuid: text });

const client = z.object({ name: text, uuid: text });
const group = z.object({ name: text, owner_uuid: text, subscribers: z.array(text) });

/**
 * Types that only a server sends. A client that sends one is refused with another error if it is malformed
 * (docs/protocols/concierge.md#8-errors-after-identification).
 */
export const serverOnly01: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['HELLO', z.object({ uuid: text, version: text })],
  ['STATUS', z.object({ code: text })],
  ['SELF_FETCH_RESULT', client.extend({ subscriptions: z.array(z.unknown()) })],
  ['GROUP_FETCH_RESULT', group],
  ['GROUP_FETCH_ALL_RESULT', z.object({ groups: z.array(group) })],
  ['CLIENT_FETCH_ALL_RESULT', z.object({ clients: z.array(client) })],
  ['GROUPS', z.object({ groups: z.array(text) })],
  ['GROUP_SUBSCRIBERS', z.object({ group: text, clients: z.array(client) })],
  ['CLIENTS', z.object({ clients: z.array(client) })],
  ['SUBSCRIPTIONS', z.object({ groups: z.array(text) })],
]);

const anything = z.object({});
const service = z.object({ service: group });

export const serverOnly02: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['HELLO', z.object({ uuid: text, version: text })],
  ...['SELF_SUBSCRIBE_RESULT', 'SELF_UNSUBSCRIBE_RESULT', 'SERVICE_CREATE_RESULT'].map(
    (type) => [type, service.extend({ successful: z.boolean() })] as const,
  ),
  ...['SERVICE_DELETE_RESULT', 'SERVICE_FETCH_RESULT'].map((type) => [type, service] as const),
  ['SERVICE_FETCH_ALL_RESULT', z.object({ services: z.array(group) })],
  ...['SELF_FETCH_RESULT', 'CLIENT_FETCH_RESULT'].map(
    (type) => [type, z.object({ client, subscriptions: z.array(group) })] as const,
  ),
  ['CLIENT_FETCH_ALL_RESULT', z.object({ clients: z.array(client) })],
  ...['CLIENT_JOINED', 'CLIENT_LEFT'].map((type) => [type, z.object({ client })] as const),
  ...['SERVICE_CLIENT_SUBSCRIBED', 'SERVICE_CLIENT_UNSUBSCRIBED'].map(
    (type) => [type, z.object({ client, service: group })] as const,
  ),
  ...['OK', 'BAD', 'ERROR_UNSUPPORTED'].map((type) => [type, anything] as const),
  ['INVALID_NAME', z.object({ name: text })],
  ['INVALID_UUID', z.object({ uuid: text })],
  ['INVALID_SERVICE', z.object({ service: text })],
  ...['ERROR_PROTOCOL', 'ERROR_INTERNAL'].map((type) => [type, z.object({ desc: text })] as const),
]);
