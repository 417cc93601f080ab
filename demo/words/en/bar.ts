/** The buttons of the call, and their keys. */
export const bar = {
  title: 'Call',
  leave: 'Leave',
};
