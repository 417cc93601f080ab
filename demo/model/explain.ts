import { ClientError, type ClientErrorCode, type EndDetails, type EndReason } from '../../client/index.js';

type Explanations = Readonly<Partial<Record<ClientErrorCode, string>>>;

/** Why the user is not in the room any more. `final`: there is no way back. */
export interface Ending {
  readonly title: string;
  readonly text: string;
  readonly final: boolean;
}

const joinFailures: Explanations = {
  unreachable: 'The server cannot be reached. Check your network, then try again.',
  timeout: 'The server does not answer. Try again in a moment.',
  'room-closed': 'The room is just being closed. Try again in a moment.',
  'room-not-found': 'There is no such room. Check its name, or ask the people who invited you.',
  disconnected: 'The connection to the server was lost. Try again.',
  'token-needed': 'This server is for invited people. Open the link that you were sent.',
  'token-invalid': 'The server does not accept your invitation. Ask for a new link.',
  'token-expired': 'Your invitation has expired, or is not valid yet. Ask for a new link.',
  banned: 'A moderator has removed you from this room, and you cannot come back.',
  locked: 'This room is locked. Ask somebody in it to open it, then try again.',
  'room-full': 'This room is full. Try again when somebody has left.',
};

const mediaFailures: Explanations = {
  'connection-failed': 'the media connection was lost, or cannot be made from this network.',
  timeout: 'the server did not answer in time.',
  'not-allowed': 'you may not send that in this room.',
};

const moderationFailures: Explanations = {
  'not-in-room': 'They are not here any more.',
  'not-allowed': 'You may not do that.',
  'not-supported': 'This cannot be done with their program.',
};

/** Why joining failed, and what to do. `undefined` where there is nothing to explain: the user does not want to any more. */
export function explainJoin(error: unknown, name: string): string | undefined {
  if (!(error instanceof ClientError)) return 'Something in this page went wrong. Reload it and try again.';
  const { code, message, retryAfterMs } = error;
  switch (code) {
    case 'closed':
      return undefined;
    case 'name-taken':
      return `Somebody called “${name}” is in this room already. Choose another name.`;
    case 'denied':
      return `A moderator did not let you in.${said(message)} You can ask again in a minute.`;
    case 'too-many':
      return `That was too often. Try again in ${waitFor(retryAfterMs)}.`;
    default:
      return joinFailures[code] ?? `The server did not let you in: ${message}`;
  }
}

/** @param who the participant that it concerns, where known. @param self the name of this user */
export function explainMedia(error: ClientError, who: string | undefined, self: string): string {
  return `${subject(who, self)}: ${mediaFailures[error.code] ?? error.message}`;
}

/** Why something that a moderator wanted was not done. */
export function explainModeration(error: unknown): string {
  if (!(error instanceof ClientError)) return 'Something in this page went wrong.';
  if (error.code === 'too-many') return `That was too often. Try again in ${waitFor(error.retryAfterMs)}.`;
  return moderationFailures[error.code] ?? `That was not done: ${error.message}`;
}

/** `undefined` where there is nothing to explain: the user left. */
export function explainEnd(reason: EndReason, { message, mayReturn }: EndDetails): Ending | undefined {
  switch (reason) {
    case 'left':
      return undefined;
    case 'disconnected': {
      const text = 'The connection to the server was lost, and with it the call. Join again when you are back online.';
      return { title: 'The connection was lost', text, final: false };
    }
    case 'evicted': {
      if (message === 'duplicateIdentity') {
        const text = 'The same invitation was used in another window or on another device. The call goes on there.';
        return { title: 'You are in this room somewhere else', text, final: true };
      }
      const text =
        message === '' ? 'A moderator removed you. You cannot come back.' : `A moderator removed you.${said(message)}`;
      return { title: 'You were removed from the room', text, final: true };
    }
    case 'refused': {
      const text = `The connection was lost, and the server does not let you in again: ${message}`;
      return { title: 'You are not in the room any more', text, final: !mayReturn };
    }
    case 'room-closed':
      return { title: 'The room was closed', text: 'The room was closed.', final: false };
  }
}

function said(message: string): string {
  return message === '' ? '' : ` They say: “${message}”`;
}

function waitFor(ms = 60_000): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

function subject(who: string | undefined, self: string): string {
  if (who === undefined) return 'Sound or picture in this room';
  return who === self ? 'Your sound and picture' : `Sound and picture of ${who}`;
}
