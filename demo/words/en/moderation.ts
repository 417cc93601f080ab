/** The tools of moderators. */
export const moderation = {
  title: 'You moderate this room',
};
