import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const problems: Words['problems'] = {
  page: 'Un problème est survenu dans cette page. Rechargez-la et réessayez.',
  unreachable: 'Le serveur est injoignable. Vérifiez votre réseau, puis réessayez.',
  timeout: 'Le serveur ne répond pas. Réessayez dans un instant.',
  roomClosing: 'La salle est en train de fermer. Réessayez dans un instant.',
  roomNotFound: 'Cette salle n’existe pas. Vérifiez son nom ou demandez aux personnes qui vous ont invité.',
  disconnected: 'La connexion au serveur a été perdue. Réessayez.',
  tokenNeeded: 'Ce serveur est réservé aux personnes invitées. Ouvrez le lien que vous avez reçu.',
  tokenInvalid: 'Le serveur n’accepte pas votre invitation. Demandez un nouveau lien.',
  tokenExpired: 'Votre invitation a expiré ou n’est pas encore valable. Demandez un nouveau lien.',
  banned: 'Un modérateur vous a exclu de cette salle et vous ne pouvez pas revenir.',
  locked: 'Cette salle est verrouillée. Demandez à quelqu’un à l’intérieur de l’ouvrir, puis réessayez.',
  roomFull: 'Cette salle est pleine. Réessayez quand quelqu’un sera parti.',
  nameTaken: (name) => `Quelqu’un s’appelle déjà « ${name} » dans cette salle. Choisissez un autre nom.`,
  denied: 'Un modérateur ne vous a pas laissé entrer. Vous pourrez redemander dans une minute.',
  deniedFor: (reason) =>
    `Un modérateur ne vous a pas laissé entrer. Il dit : « ${reason} » Vous pourrez redemander dans une minute.`,
  tooOften: (seconds) =>
    plural(seconds, {
      one: 'Trop de tentatives. Réessayez dans # seconde.',
      other: 'Trop de tentatives. Réessayez dans # secondes.',
    }),
  notLetIn: (reason) => `Le serveur ne vous a pas laissé entrer : ${reason}`,
  media: 'Son ou image de cette salle',
  ownMedia: 'Votre son et votre image',
  mediaOf: (name) => `Son et image de ${name}`,
  mediaFailed: (subject, reason) => `${subject} : ${reason}`,
  mediaLost: 'la connexion a été perdue ou n’est pas possible depuis ce réseau.',
  mediaLate: 'le serveur n’a pas répondu à temps.',
  mediaNotAllowed: 'vous ne pouvez pas envoyer cela dans cette salle.',
  mediaNotTaken: 'le serveur n’a pas pu les transmettre.',
  personGone: 'Cette personne n’est plus là.',
  notAllowed: 'Vous ne pouvez pas faire cela.',
  notSupported: 'Ce n’est pas possible avec leur programme.',
  notDone: (reason) => `Cela n’a pas été fait : ${reason}`,
  pageHere: 'Un problème est survenu dans cette page.',
};
