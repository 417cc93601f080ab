/** The list of people. */
export const people = {
  close: 'Close list of people',
};
