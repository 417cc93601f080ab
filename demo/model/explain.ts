import { ClientError, type ClientErrorCode, type EndDetails, type EndReason } from '../../client/index.js';
import type { Words } from '../words/words.js';

/** A text without parts. */
type TextKey = {
  [Key in keyof Words['problems']]: Words['problems'][Key] extends string ? Key : never;
}[keyof Words['problems']];

type Explanations = Readonly<Partial<Record<ClientErrorCode, TextKey>>>;

/** Why the user is not in the room any more. */
export interface Ending {
  readonly title: string;
  /** Empty: the title says it all. */
  readonly text: string;
  /** Into another room, or as `mayRejoin` says into the same. */
  readonly mayGoOn: boolean;
  readonly mayRejoin: boolean;
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
export function explainJoin(error: unknown, name: string, { problems }: Words): string | undefined {
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
      return textFor(code, joinFailures, problems) ?? problems.notLetIn(message);
  }
}

/** @param who the participant that it concerns, where known. @param self the name of this user */
export function explainMedia(error: ClientError, who: string | undefined, self: string, { problems }: Words): string {
  const text = textFor(error.code, mediaFailures, problems) ?? problems.mediaNotTaken;
  return problems.mediaFailed(subject(who, self, problems), text);
}

/** Why something that a moderator wanted was not done. */
export function explainModeration(error: unknown, { problems }: Words): string {
  if (!(error instanceof ClientError)) return problems.pageHere;
  if (error.code === 'too-many') return problems.tooOften(secondsOf(error.retryAfterMs));
  return textFor(error.code, moderationFailures, problems) ?? problems.notDone(error.message);
}

/** @param room its name for people */
export function explainEnd(
  reason: EndReason,
  { message, mayReturn }: EndDetails,
  room: string,
  { end }: Words,
): Ending {
  switch (reason) {
    case 'left':
      return { title: end.left(room), text: '', mayGoOn: true, mayRejoin: true };
    case 'disconnected':
      return { title: end.lostTitle, text: end.lost, mayGoOn: true, mayRejoin: true };
    case 'evicted': {
      const [title, text] =
        message === 'duplicateIdentity'
          ? [end.elsewhereTitle, end.elsewhere]
          : [end.removedTitle, message === '' ? end.removed : end.removedFor(message)];
      return { title, text, mayGoOn: false, mayRejoin: false };
    }
    case 'refused':
      return { title: end.refusedTitle, text: end.refused(message), mayGoOn: mayReturn, mayRejoin: mayReturn };
    case 'room-closed':
      return { title: end.closedTitle, text: end.closedFor(room), mayGoOn: true, mayRejoin: false };
  }
}

/** Undefined where the page has no words for it. */
function textFor(code: ClientErrorCode, explanations: Explanations, problems: Words['problems']): string | undefined {
  const key = explanations[code];
  return key && problems[key];
}

function secondsOf(ms = 60_000): number {
  return Math.ceil(ms / 1_000);
}

function subject(who: string | undefined, self: string, problems: Words['problems']): string {
  if (who === undefined) return problems.media;
  return who === self ? problems.ownMedia : problems.mediaOf(who);
}
