import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('de');

export const call: Words['call'] = {
  copyInvitation: 'Einladung kopieren',
  locked: 'Der Raum ist gesperrt',
  joined: (name) => `${name} ist da.`,
  left: (name) => `${name} ist gegangen.`,
  raised: (name) => `${name} hat die Hand gehoben.`,
  unseen: 'In diesem Raum können die anderen Sie nicht sehen.',
  unheard: 'In diesem Raum können die anderen Sie nicht hören.',
  listenOnly: 'In diesem Raum können Sie zuhören.',
  stopped: 'Die Moderation hat Ihren Ton und Ihr Bild beendet.',
  askedAgain: 'Die Moderation wurde gebeten, Sie wieder hereinzulassen.',
  maySpeak: 'Sie dürfen jetzt sprechen: Schalten Sie Ihr Mikrofon ein.',
  speaksMuted: 'Sie sprechen, aber Ihr Mikrofon ist stummgeschaltet.',
  muted: 'Die Moderation hat Sie stummgeschaltet: Niemand hört Sie.',
  unmuted: 'Die Moderation lässt Sie wieder sprechen.',
  videoStopped: 'Die Moderation hat Ihr Video angehalten.',
  videoAgain: 'Die Moderation lässt Ihr Video wieder durch.',
  interrupted: 'Ton und Bild wurden unterbrochen. Sie sollten gleich wieder da sein.',
  restarts: (minutes) => `Der Server startet ${within(minutes)} neu. Das Gespräch geht von selbst weiter.`,
  stops: (minutes) => `Der Server hält ${within(minutes)} an, und das Gespräch endet damit.`,
  invited: 'Einladung kopiert: Schicken Sie den Link an die, die Sie sehen möchten.',
  inviteBy: (link) => `Laden Sie andere mit diesem Link ein: ${link}`,
};

function within(minutes: number): string {
  return minutes < 1 ? 'gleich' : plural(minutes, { one: 'in einer Minute', other: 'in # Minuten' });
}
