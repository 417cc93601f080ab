/** The chat. */
export const chat = {
  title: 'Chat',
  close: 'Close chat',
};
