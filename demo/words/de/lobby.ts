import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const lobby: Words['lobby'] = {
  title: 'Warten auf Einlass',
  asked: (room) =>
    `Die Moderation von ${room} wurde gefragt. Sie kommen herein, sobald sie zustimmt; lassen Sie diese Seite offen.`,
  before: (count) => plural(count, { one: 'Vor Ihnen wartet # Person.', other: 'Vor Ihnen warten # Personen.' }),
  stop: 'Nicht warten',
};
