/** The page before the call. */
export const join = {
  title: 'Join a room',
  join: 'Join',
};
