/** The head of the call, and what happens in it. */
export const call = {
  copyInvitation: 'Copy invitation',
  locked: 'The room is locked',
};
