/** The list of people. */
export const people = {
  title: (count: number) => `People (${count})`,
  close: 'Close list of people',
  region: 'People and requests',
  self: '(you)',
  hand: (place: number) => `Hand raised, number ${place}`,
  muted: 'muted',
  speaking: 'speaking',
  listening: 'listening',
  allCut: 'sound and video stopped by a moderator',
  soundCut: 'muted by a moderator',
  videoCut: 'video stopped by a moderator',
};
