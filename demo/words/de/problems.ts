import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const problems: Words['problems'] = {
  page: 'Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu und versuchen Sie es noch einmal.',
  unreachable: 'Der Server ist nicht erreichbar. Prüfen Sie Ihr Netz und versuchen Sie es noch einmal.',
  timeout: 'Der Server antwortet nicht. Versuchen Sie es gleich noch einmal.',
  roomClosing: 'Der Raum wird gerade geschlossen. Versuchen Sie es gleich noch einmal.',
  roomNotFound:
    'Diesen Raum gibt es nicht. Prüfen Sie den Namen, oder fragen Sie die Personen, die Sie eingeladen haben.',
  disconnected: 'Die Verbindung zum Server ging verloren. Versuchen Sie es noch einmal.',
  tokenNeeded: 'Dieser Server ist für Eingeladene. Öffnen Sie den Link, den Sie bekommen haben.',
  tokenInvalid: 'Der Server nimmt Ihre Einladung nicht an. Bitten Sie um einen neuen Link.',
  tokenExpired: 'Ihre Einladung ist abgelaufen oder noch nicht gültig. Bitten Sie um einen neuen Link.',
  banned: 'Die Moderation hat Sie aus diesem Raum entfernt; Sie können nicht zurückkommen.',
  locked: 'Dieser Raum ist gesperrt. Bitten Sie jemanden im Raum, ihn zu öffnen, und versuchen Sie es noch einmal.',
  roomFull: 'Dieser Raum ist voll. Versuchen Sie es noch einmal, wenn jemand gegangen ist.',
  nameTaken: (name) => `In diesem Raum heißt schon jemand „${name}“. Wählen Sie einen anderen Namen.`,
  denied: 'Die Moderation hat Sie nicht eingelassen. Sie können in einer Minute noch einmal fragen.',
  deniedFor: (reason) =>
    `Die Moderation hat Sie nicht eingelassen. Sie sagt: „${reason}“ Sie können in einer Minute noch einmal fragen.`,
  tooOften: (seconds) =>
    plural(seconds, {
      one: 'Das war zu oft. Versuchen Sie es in # Sekunde noch einmal.',
      other: 'Das war zu oft. Versuchen Sie es in # Sekunden noch einmal.',
    }),
  notLetIn: (reason) => `Der Server hat Sie nicht eingelassen: ${reason}`,
  media: 'Ton oder Bild in diesem Raum',
  ownMedia: 'Ihr Ton und Bild',
  mediaOf: (name) => `Ton und Bild von ${name}`,
  mediaFailed: (subject, reason) => `${subject}: ${reason}`,
  mediaLost: 'die Verbindung ging verloren oder kommt aus diesem Netz nicht zustande.',
  mediaLate: 'der Server hat nicht rechtzeitig geantwortet.',
  mediaNotAllowed: 'das dürfen Sie in diesem Raum nicht senden.',
  mediaNotTaken: 'der Server konnte es nicht übertragen.',
  personGone: 'Die Person ist nicht mehr hier.',
  notAllowed: 'Das dürfen Sie nicht.',
  notSupported: 'Das geht mit deren Programm nicht.',
  notDone: (reason) => `Das wurde nicht ausgeführt: ${reason}`,
  pageHere: 'Auf dieser Seite ist etwas schiefgegangen.',
};
