import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const lobby: Words['lobby'] = {
  title: 'En attente d’être admis',
  asked: (room) =>
    `Un modérateur de ${room} a été prévenu. Vous entrerez dès qu’il acceptera ; gardez cette page ouverte.`,
  before: (count) => plural(count, { one: 'Il y a # personne avant vous.', other: 'Il y a # personnes avant vous.' }),
  stop: 'Ne pas attendre',
};
