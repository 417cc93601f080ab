import { pluralIn } from '../plural.js';

const plural = pluralIn('en');

/** What a user sees while they wait to be let in. */
export const lobby = {
  title: 'Waiting to be let in',
  asked: (room: string) =>
    `A moderator of ${room} has been asked. You come in as soon as they say yes; keep this page open.`,
  before: (count: number) =>
    plural(count, { one: 'There is # person before you.', other: 'There are # people before you.' }),
  stop: 'Do not wait',
};
