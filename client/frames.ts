import type { NotificationName, NotificationParams } from '../src/protocol/params.js';

export type Notification = {
  [N in NotificationName]: { readonly method: N; readonly params: NotificationParams<N> };
}[NotificationName];

export type Frame =
  | { readonly type: 'result'; readonly id: number; readonly result: Readonly<Record<string, unknown>> }
  | { readonly type: 'error'; readonly id: number; readonly code: number; readonly message: string }
  | { readonly type: 'notification'; readonly notification: Notification };

type TextMember<N extends NotificationName> = {
  [K in keyof NotificationParams<N>]: NotificationParams<N>[K] extends string ? K : never;
}[keyof NotificationParams<N>];

/** The members without which a notification is of no use; checked, since the other side may be any server. */
const textMembers: { readonly [N in NotificationName]: readonly TextMember<N>[] } = {
  participantJoined: ['id'],
  participantPublished: ['id'],
  participantUnpublished: ['name'],
  participantLeft: ['name'],
  participantEvicted: [],
  sendMessage: ['user', 'message'],
  iceCandidate: ['endpointName', 'candidate'],
  mediaError: ['error'],
  roomClosed: [],
};

/** Reads one text frame (Kurento Room §1.2). `undefined` for what is no JSON-RPC 2.0 or nothing we know: to be ignored. */
export function readFrame(text: unknown): Frame | undefined {
  if (typeof text !== 'string') return undefined;
  const frame = parse(text);
  if (!isRecord(frame) || frame.jsonrpc !== '2.0') return undefined;
  if (typeof frame.method === 'string') return readNotification(frame.method, frame.params);
  if (typeof frame.id !== 'number') return undefined;
  if (isRecord(frame.error)) {
    const { code, message } = frame.error;
    return { type: 'error', id: frame.id, code: Number(code), message: typeof message === 'string' ? message : '' };
  }
  return isRecord(frame.result) ? { type: 'result', id: frame.id, result: frame.result } : undefined;
}

function readNotification(method: string, params: unknown): Frame | undefined {
  if (!isNotificationName(method) || !isRecord(params)) return undefined;
  const members: readonly string[] = textMembers[method];
  if (!members.every((member) => typeof params[member] === 'string')) return undefined;
  return { type: 'notification', notification: { method, params } as unknown as Notification };
}

function isNotificationName(method: string): method is NotificationName {
  return Object.hasOwn(textMembers, method);
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
