/** What people show without words. */
export const reactions = {
  title: 'React',
  kinds: { thumb: 'thumbs up', heart: 'heart', clap: 'applause', laugh: 'laughter', party: 'party' },
  said: (name: string, what: string) => `${name} reacts: ${what}`,
  failed: 'Your reaction was not sent. Try again.',
};
