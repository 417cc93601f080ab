/** The page after the call. */
export const end = {
  devicesOff: 'Your camera and microphone are off. You can close this page.',
  lostTitle: 'The connection was lost',
  lost: 'The connection to the server was lost, and with it the call. Join again when you are back online.',
  elsewhereTitle: 'You are in this room somewhere else',
  elsewhere: 'The same invitation was used in another window or on another device. The call goes on there.',
  removedTitle: 'You were removed from the room',
  removed: 'A moderator removed you. You cannot come back for now.',
  removedFor: (reason: string) => `A moderator removed you. They say: “${reason}”`,
  refusedTitle: 'You are not in the room any more',
  refused: (reason: string) => `The connection was lost, and the server does not let you in again: ${reason}`,
  closedTitle: 'The room was closed',
  left: (room: string) => `You left ${room}.`,
  lasted: (time: string) => `You were there for ${time}.`,
  rejoin: 'Rejoin',
  closedFor: (room: string) => `${room} was closed for everybody.`,
};
