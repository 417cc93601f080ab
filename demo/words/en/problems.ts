/** What went wrong, and what to do. */
export const problems = {
  page: 'Something in this page went wrong. Reload it and try again.',
};
