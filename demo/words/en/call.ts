import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** The head of the call, and what happens in it. */
export const call = {
  copyInvitation: 'Copy invitation',
  locked: 'The room is locked',
  joined: (name: string) => `${name} joined.`,
  left: (name: string) => `${name} left.`,
  raised: (name: string) => `${name} raised a hand.`,
  unseen: 'In this room the others cannot see you.',
  unheard: 'In this room the others cannot hear you.',
  listenOnly: 'You can listen in this room.',
  stopped: 'A moderator has stopped your sound and picture.',
  askedAgain: 'A moderator has been asked to let you in again.',
  maySpeak: 'You may speak now: turn on your microphone.',
  speaksMuted: 'You are speaking, but your microphone is off.',
  muted: 'A moderator has muted you: nobody hears you.',
  unmuted: 'A moderator lets you speak again.',
  videoStopped: 'A moderator has stopped your video.',
  videoAgain: 'A moderator lets your video through again.',
  interrupted: 'Sound and picture were interrupted. They should be back in a moment.',
  restarts: (minutes: number) => `The server restarts ${within(minutes)}. The call goes on by itself.`,
  stops: (minutes: number) => `The server stops ${within(minutes)}, and the call with it.`,
  invited: 'Invitation copied: send the link to whom you want to see.',
  inviteBy: (link: string) => `Invite others with this link: ${link}`,
};

function within(minutes: number): string {
  return minutes < 1 ? 'in a moment' : plural(minutes, { one: 'in a minute', other: 'in # minutes' });
}
