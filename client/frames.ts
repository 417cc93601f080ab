import type { NotificationName, NotificationParams } from '../dialects/kurento-room/types.js';
import type { QualityLevel } from './quality-report.js';

export type Notification = {
  [N in KnownName]: { readonly method: N; readonly params: NotificationParams<N> };
}[KnownName];

export type Frame =
  | { readonly type: 'result'; readonly id: number; readonly result: Readonly<Record<string, unknown>> }
  | {
      readonly type: 'error';
      readonly id: number;
      readonly code: number;
      readonly message: string;
      readonly data?: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'notification'; readonly notification: Notification }
  /** A notification that we do not know, or that does not hold what it must. */
  | { readonly type: 'ignored' };

type Params = Readonly<Record<string, unknown>>;

const levels: readonly QualityLevel[] = ['excellent', 'good', 'poor', 'lost'];

/**
 * What a notification must hold. It is checked, since the other side may be any server.
 */
const fits = {
  participantJoined: (params) => texts('id')(params) && fitsPresent(params),
  participantPublished: (params) => texts('id')(params) && isStreams(params.streams),
  participantUnpublished: ({ name, streams }) =>
    texts('name')({ name }) && (streams === undefined || isStreams(streams)),
  participantLeft: texts('name'),
  participantEvicted: (params) => optional('string', 'reason')(params) && optional('boolean', 'mayReturn')(params),
  sendMessage: (params) =>
    texts('user', 'message')(params) && optional('string', 'id')(params) && optional('number', 'at')(params),
  data: texts('from', 'topic', 'data'),
  iceCandidate: (params) => texts('endpointName', 'candidate')(params) && optional('string', 'stream')(params),
  mediaError: (params) =>
    texts('error')(params) && optional('string', 'sender')(params) && optional('string', 'stream')(params),
  roomClosed: () => true,
  custonNotification: (params) => typeof params.MarkerFilterState === 'number',
  participantStateChanged: (params) => texts('id')(params) && isState(params),
  participantUpdated: (params) => texts('id')(params) && fitsPresent(params),
  roomUpdated: optional('boolean', 'recording'),
  participantWaiting: (params) => texts('id', 'name', 'door')(params) && typeof params.waiting === 'boolean',
  admitted: () => true,
  denied: texts('reason'),
  grantsChanged: (params) => isGrants(params.grants),
  unmuteRequested: (params) => texts('by')(params) && isKinds(params.kinds),
  recordingStarted: (params) => texts('id', 'name')(params) && optional('string', 'state')(params),
  recordingChanged: texts('id', 'state'),
  recordingStopped: texts('id', 'reason'),
  recordingFailed: texts('id', 'reason'),
  participantQuality: ({ id, level }) => texts('id')({ id }) && levels.some((each) => each === level),
  layersWanted: ({ stream, layers }) =>
    texts('stream')({ stream }) && isListOf(layers, (each) => typeof each === 'boolean'),
  activeSpeakersChanged: ({ speakers }) => isListOf(speakers, (each) => isRecord(each) && texts('id', 'stream')(each)),
  serverStopping: (params) => typeof params.inMs === 'number' && typeof params.comeBack === 'boolean',
} as const satisfies Partial<Readonly<Record<NotificationName, (params: Params) => boolean>>>;
type KnownName = keyof typeof fits;

/**
 * Reads one text frame (docs/protocols/kurento-room.md#12-frames). Returns `undefined` for a frame that is no JSON-RPC 2.0, or no
 * answer to a request of ours.
 */
export function readFrame(text: unknown): Frame | undefined {
  if (typeof text !== 'string') return undefined;
  const frame = parse(text);
  if (!isRecord(frame) || frame.jsonrpc !== '2.0') return undefined;
  if (typeof frame.method === 'string') return readNotification(frame.method, frame.params);
  if (typeof frame.id !== 'number') return undefined;
  if (isRecord(frame.error)) {
    const { code, message, data } = frame.error;
    return {
      ...{ type: 'error', id: frame.id, code: Number(code), message: typeof message === 'string' ? message : '' },
      ...(isRecord(data) && { data }),
    };
  }
  return isRecord(frame.result) ? { type: 'result', id: frame.id, result: frame.result } : undefined;
}

function readNotification(method: string, params: unknown): Frame {
  if (!isKnown(method) || !isRecord(params) || !fits[method](params)) return { type: 'ignored' };
  return { type: 'notification', notification: { method, params } as unknown as Notification };
}

/** Whether an answer to joinRoom holds what this library reads of it. */
export function isJoinAnswer({
  value,
  self,
  grants,
  features,
  messages,
  room,
  recording,
  capabilities,
}: Params): boolean {
  const isPresent = (each: unknown): boolean => isRecord(each) && texts('id')(each) && fitsPresent(each);
  const isMessage = (each: unknown): boolean =>
    isRecord(each) &&
    texts('id', 'user', 'message')(each) &&
    optional('string', 'name')(each) &&
    optional('number', 'at')(each);
  return (
    isListOf(value, isPresent) &&
    (self === undefined || isPresent(self)) &&
    (grants === undefined || isGrants(grants)) &&
    (features === undefined || isListOf(features, isText)) &&
    (messages === undefined || isListOf(messages, isMessage)) &&
    (room === undefined || isRecord(room)) &&
    optional('boolean', 'recording')({ recording }) &&
    (capabilities === undefined || (isRecord(capabilities) && optional('number', 'layers')(capabilities)))
  );
}

function isKnown(method: string): method is KnownName {
  return Object.hasOwn(fits, method);
}

function texts(...members: readonly string[]): (params: Params) => boolean {
  return (params) => members.every((member) => typeof params[member] === 'string');
}

function optional(type: 'string' | 'boolean' | 'number', member: string): (params: Params) => boolean {
  return (params) => [type, 'undefined'].includes(typeof params[member]);
}

/** What features add to a participant. */
function fitsPresent({ state, attributes, streams, ...texts }: Params): boolean {
  return (
    (streams === undefined || isStreams(streams)) &&
    ['name', 'metadata'].every((member) => optional('string', member)(texts)) &&
    (attributes === undefined || (isRecord(attributes) && Object.values(attributes).every(isText))) &&
    (state === undefined || (isRecord(state) && isState(state)))
  );
}

function isState(params: Params): boolean {
  const flags = ['audio', 'video', 'screen', 'hand'];
  return (
    flags.every((flag) => typeof params[flag] === 'boolean') &&
    (params.mutedKinds === undefined || isKinds(params.mutedKinds)) &&
    (params.streams === undefined || isStreams(params.streams))
  );
}

function isGrants(grants: unknown): boolean {
  if (!isRecord(grants)) return false;
  const flags = ['roomAdmin', 'canPublish', 'canSubscribe', 'canPublishData'];
  return flags.every((flag) => typeof grants[flag] === 'boolean') && isListOf(grants.canPublishSources, isText);
}

function isKinds(kinds: unknown): boolean {
  return isListOf(kinds, (kind) => kind === 'audio' || kind === 'video');
}

function isStreams(streams: unknown): boolean {
  return isListOf(streams, isStream);
}

function isListOf(value: unknown, fits: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isStream(stream: unknown): boolean {
  if (!isRecord(stream) || typeof stream.id !== 'string') return false;
  return [stream.kinds, stream.muted].every((kinds) => kinds === undefined || isKinds(kinds));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
