/** The pictures. */
export const stage = {
  people: 'In this room',
  you: 'you',
};
