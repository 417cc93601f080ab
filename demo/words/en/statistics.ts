/** The figures of the connections. */
export const statistics = {
  title: 'Statistics',
  close: 'Close statistics',
  region: 'Statistics of each connection',
  sent: 'You send',
  received: (name: string) => `From ${name}`,
  measuring: 'Measuring …',
  nothing: 'Nothing',
  rate: 'Bit rate',
  picture: 'Picture',
  noPicture: 'none',
  lost: 'Lost',
  roundTrip: 'Round trip',
  unknown: 'unknown',
  loudness: 'Loudness',
  silent: 'silent',
  state: 'State',
};
