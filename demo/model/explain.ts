import { ClientError, type ClientErrorCode, type EndDetails, type EndReason } from '../../client/index.js';
import { words, type Words } from '../words/words.js';

/** A text without parts. */
type TextKey = {
  [Key in keyof Words['problems']]: Words['problems'][Key] extends string ? Key : never;
}[keyof Words['problems']];

type Explanations = Readonly<Partial<Record<ClientErrorCode, TextKey>>>;

/** Why the user is not in the room any more. `final`: there is no way back. */
export interface Ending {
  readonly title: string;
  readonly text: string;
  readonly final: boolean;
}

const joinFailures: Explanations = {
  unreachable: 'unreachable',
  timeout: 'timeout',
  'room-closed': 'roomClosing',
  'room-not-found': 'roomNotFound',
  disconnected: 'disconnected',
  'token-needed': 'tokenNeeded',
  'token-invalid': 'tokenInvalid',
  'token-expired': 'tokenExpired',
  banned: 'banned',
  locked: 'locked',
  'room-full': 'roomFull',
};

const mediaFailures: Explanations = {
  'connection-failed': 'mediaLost',
  timeout: 'mediaLate',
  'not-allowed': 'mediaNotAllowed',
};

const moderationFailures: Explanations = {
  'not-in-room': 'personGone',
  'not-allowed': 'notAllowed',
  'not-supported': 'notSupported',
};

/** Why joining failed, and what to do. `undefined` where there is nothing to explain: the user does not want to any more. */
export function explainJoin(error: unknown, name: string): string | undefined {
  const { problems } = words();
  if (!(error instanceof ClientError)) return problems.page;
  const { code, message, retryAfterMs } = error;
  switch (code) {
    case 'closed':
      return undefined;
    case 'name-taken':
      return problems.nameTaken(name);
    case 'denied':
      return message === '' ? problems.denied : problems.deniedFor(message);
    case 'too-many':
      return problems.tooOften(secondsOf(retryAfterMs));
    default:
      return textFor(code, joinFailures) ?? problems.notLetIn(message);
  }
}

/** @param who the participant that it concerns, where known. @param self the name of this user */
export function explainMedia(error: ClientError, who: string | undefined, self: string): string {
  return words().problems.mediaFailed(subject(who, self), textFor(error.code, mediaFailures) ?? error.message);
}

/** Why something that a moderator wanted was not done. */
export function explainModeration(error: unknown): string {
  const { problems } = words();
  if (!(error instanceof ClientError)) return problems.pageHere;
  if (error.code === 'too-many') return problems.tooOften(secondsOf(error.retryAfterMs));
  return textFor(error.code, moderationFailures) ?? problems.notDone(error.message);
}

/** `undefined` where there is nothing to explain: the user left. */
export function explainEnd(reason: EndReason, { message, mayReturn }: EndDetails): Ending | undefined {
  const { end } = words();
  switch (reason) {
    case 'left':
      return undefined;
    case 'disconnected':
      return { title: end.lostTitle, text: end.lost, final: false };
    case 'evicted':
      if (message === 'duplicateIdentity') return { title: end.elsewhereTitle, text: end.elsewhere, final: true };
      return { title: end.removedTitle, text: message === '' ? end.removed : end.removedFor(message), final: true };
    case 'refused':
      return { title: end.refusedTitle, text: end.refused(message), final: !mayReturn };
    case 'room-closed':
      return { title: end.closedTitle, text: end.closed, final: false };
  }
}

/** Undefined where the page has no words for it. */
function textFor(code: ClientErrorCode, explanations: Explanations): string | undefined {
  const key = explanations[code];
  return key && words().problems[key];
}

function secondsOf(ms = 60_000): number {
  return Math.ceil(ms / 1_000);
}

function subject(who: string | undefined, self: string): string {
  const { problems } = words();
  if (who === undefined) return problems.media;
  return who === self ? problems.ownMedia : problems.mediaOf(who);
}
