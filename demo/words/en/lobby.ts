/** What a user sees while they wait to be let in. */
export const lobby = {
  title: 'Waiting to be let in',
};
