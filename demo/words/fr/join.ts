import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const join: Words['join'] = {
  title: 'Rejoindre une salle',
  lead: 'Choisissez un nom et une salle. Tous ceux qui ouvrent la même salle y sont avec vous.',
  name: 'Votre nom',
  nameExample: 'Anna',
  nameInvited: 'Comme dans votre invitation',
  room: 'Salle',
  roomExample: 'jardin',
  password: 'Mot de passe de la salle',
  join: 'Rejoindre',
  joining: 'Connexion …',
  listen: 'Écouter seulement, sans caméra ni micro',
  nameMissing: 'Saisissez votre nom.',
  roomMissing: 'Saisissez le nom d’une salle.',
  passwordNeeded: 'Cette salle a un mot de passe. Demandez-le aux personnes qui vous ont invité.',
  passwordWrong: 'Ce n’est pas le mot de passe de cette salle.',
  back: (room) => `Retour dans ${room} …`,
  camera: 'Votre caméra',
  cameraSought: 'Recherche de votre caméra. Votre navigateur peut vous demander l’autorisation.',
  cameraStarts: 'Démarrage …',
  cameraOff: 'Votre caméra est éteinte.',
  cameraMissing: 'Pas de caméra',
  level: 'Niveau du micro',
  rooms: 'Utilisées en ce moment',
  people: (count) => plural(count, { one: '# personne', other: '# personnes' }),
  allRooms: (count) => plural(count, { other: 'Afficher les #' }),
  titleOf: (room) => `Rejoindre ${room}`,
  newRoom: 'Nouvelle salle',
  otherRoom: 'Une autre salle',
  joinAs: (name) => `Rejoindre en tant que ${name}`,
  nobodyThere: 'Il n’y a encore personne.',
  thereNow: (count) => plural(count, { one: '# personne est là.', other: '# personnes sont là.' }),
  isThere: (name) => `${name} est là.`,
  areThere: (name, more) =>
    `${name} ${plural(more, { one: 'et # autre personne sont là.', other: 'et # autres personnes sont là.' })}`,
};
