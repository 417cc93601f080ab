/** A call in a page of somebody else, while it is no call. */
export const element = {
  unsetTitle: 'No call yet',
  unset: 'It begins as soon as this page knows the room and your name.',
  joining: (room: string) => `Joining ${room} …`,
  failedTitle: 'You are not in the call',
  left: 'Your camera and microphone are off.',
  tryAgain: 'Try again',
  passwordTitle: 'This room has a password',
};
