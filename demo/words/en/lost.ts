/** The page at an address where nothing is. */
export const lost = {
  title: 'There is nothing here',
  text: 'Check the address, or ask for a new link.',
  home: 'To the start page',
};
