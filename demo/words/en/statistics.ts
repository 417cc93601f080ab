/** The figures of the connections. */
export const statistics = {
  title: 'Statistics',
  close: 'Close statistics',
};
