/** The settings. */
export const settings = {
  title: 'Settings',
  language: 'Language',
};
