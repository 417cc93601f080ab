import { ClientError, type ClientErrorCode, type EndReason } from '../../client/index.js';

type Explanations = Readonly<Partial<Record<ClientErrorCode, string>>>;

const joinFailures: Explanations = {
  unreachable: 'The server cannot be reached. Check your network, then try again.',
  timeout: 'The server does not answer. Try again in a moment.',
  'room-closed': 'The room is just being closed. Try again in a moment.',
  disconnected: 'The connection to the server was lost. Try again.',
};

const mediaFailures: Explanations = {
  'connection-failed': 'the media connection was lost, or cannot be made from this network.',
  timeout: 'the server did not answer in time.',
};

/** Why joining failed, and what to do. */
export function explainJoin(error: unknown, name: string): string {
  if (!(error instanceof ClientError)) return 'Something in this page went wrong. Reload it and try again.';
  if (error.code === 'name-taken') return `Somebody called “${name}” is in this room already. Choose another name.`;
  return joinFailures[error.code] ?? `The server did not let you in: ${error.message}`;
}

/** @param who the participant that it concerns, where known. @param self the name of this user */
export function explainMedia(error: ClientError, who: string | undefined, self: string): string {
  return `${subject(who, self)}: ${mediaFailures[error.code] ?? error.message}`;
}

function subject(who: string | undefined, self: string): string {
  if (who === undefined) return 'Sound or picture in this room';
  return who === self ? 'Your sound and picture' : `Sound and picture of ${who}`;
}

/** `undefined` where there is nothing to explain: the user left. */
export function explainEnd(reason: EndReason): string | undefined {
  switch (reason) {
    case 'left':
      return undefined;
    case 'disconnected':
      return 'The connection to the server was lost, and with it the call. Join again when you are back online.';
    case 'evicted':
      return 'You were removed from the room.';
    case 'refused':
      return 'The connection was lost, and the server did not let you in again.';
    case 'room-closed':
      return 'The room was closed.';
  }
}
