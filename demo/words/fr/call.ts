import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('fr');

export const call: Words['call'] = {
  copyInvitation: 'Copier l’invitation',
  locked: 'La salle est verrouillée',
  joined: (name) => `${name} est dans l’appel.`,
  left: (name) => `${name} a quitté l’appel.`,
  raised: (name) => `${name} a levé la main.`,
  unseen: 'Dans cette salle, les autres ne peuvent pas vous voir.',
  unheard: 'Dans cette salle, les autres ne peuvent pas vous entendre.',
  listenOnly: 'Dans cette salle, vous pouvez écouter.',
  stopped: 'La modération a coupé votre son et votre image.',
  askedAgain: 'La modération a été priée de vous laisser revenir.',
  maySpeak: 'Vous pouvez parler : activez votre micro.',
  speaksMuted: 'Vous parlez, mais votre micro est coupé.',
  muted: 'La modération a coupé votre micro : personne ne vous entend.',
  unmuted: 'La modération vous laisse de nouveau parler.',
  videoStopped: 'La modération a coupé votre vidéo.',
  videoAgain: 'La modération laisse de nouveau passer votre vidéo.',
  interrupted: 'Le son et l’image ont été interrompus. Ils devraient revenir dans un instant.',
  restarts: (minutes) => `Le serveur redémarre ${within(minutes)}. L’appel continuera tout seul.`,
  stops: (minutes) => `Le serveur s’arrête ${within(minutes)}, et l’appel avec lui.`,
  invited: 'Invitation copiée : envoyez le lien aux personnes que vous voulez voir.',
  inviteBy: (link) => `Invitez d’autres personnes avec ce lien : ${link}`,
};

function within(minutes: number): string {
  return minutes < 1 ? 'dans un instant' : plural(minutes, { one: 'dans une minute', other: 'dans # minutes' });
}
