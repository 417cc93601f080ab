import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const call: Words['call'] = {
  copyInvitation: 'Copiar invitación',
  locked: 'La sala está bloqueada',
  joined: (name) => `${name} ha entrado.`,
  left: (name) => `${name} ha salido.`,
  raised: (name) => `${name} ha levantado la mano.`,
  unseen: 'En esta sala los demás no pueden verte.',
  unheard: 'En esta sala los demás no pueden oírte.',
  listenOnly: 'En esta sala puedes escuchar.',
  stopped: 'Un moderador ha detenido tu sonido y tu imagen.',
  askedAgain: 'Se ha pedido a un moderador que te deje entrar de nuevo.',
  maySpeak: 'Ya puedes hablar: enciende el micrófono.',
  speaksMuted: 'Estás hablando, pero tu micrófono está silenciado.',
  muted: 'Un moderador te ha silenciado: nadie te oye.',
  unmuted: 'Un moderador te deja hablar de nuevo.',
  videoStopped: 'Un moderador ha detenido tu vídeo.',
  videoAgain: 'Un moderador vuelve a dejar pasar tu vídeo.',
  interrupted: 'El sonido y la imagen se han interrumpido. Deberían volver en un momento.',
  restarts: (minutes) => `El servidor se reinicia ${within(minutes)}. La llamada seguirá por sí sola.`,
  stops: (minutes) => `El servidor se detiene ${within(minutes)}, y la llamada con él.`,
  invited: 'Invitación copiada: envía el enlace a quien quieras ver.',
  inviteBy: (link) => `Invita a otras personas con este enlace: ${link}`,
};

function within(minutes: number): string {
  return minutes < 1 ? 'en un momento' : plural(minutes, { one: 'en un minuto', other: 'en # minutos' });
}
