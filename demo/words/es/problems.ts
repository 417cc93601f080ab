import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const problems: Words['problems'] = {
  page: 'Algo ha fallado en esta página. Vuelve a cargarla e inténtalo de nuevo.',
  unreachable: 'No se puede conectar con el servidor. Comprueba tu red e inténtalo de nuevo.',
  timeout: 'El servidor no responde. Inténtalo de nuevo en un momento.',
  roomClosing: 'La sala se está cerrando. Inténtalo de nuevo en un momento.',
  roomNotFound: 'Esa sala no existe. Comprueba el nombre o pregunta a quien te invitó.',
  disconnected: 'Se perdió la conexión con el servidor. Inténtalo de nuevo.',
  tokenNeeded: 'Este servidor es solo para personas invitadas. Abre el enlace que recibiste.',
  tokenInvalid: 'El servidor no acepta tu invitación. Pide un enlace nuevo.',
  tokenExpired: 'Tu invitación ha caducado o aún no es válida. Pide un enlace nuevo.',
  banned: 'Un moderador te ha expulsado de esta sala y no puedes volver.',
  locked: 'Esta sala está bloqueada. Pide a alguien de dentro que la abra e inténtalo de nuevo.',
  roomFull: 'Esta sala está llena. Inténtalo de nuevo cuando alguien haya salido.',
  nameTaken: (name) => `Ya hay alguien llamado «${name}» en esta sala. Elige otro nombre.`,
  denied: 'Un moderador no te ha dejado entrar. Puedes volver a pedirlo en un minuto.',
  deniedFor: (reason) => `Un moderador no te ha dejado entrar. Dice: «${reason}» Puedes volver a pedirlo en un minuto.`,
  tooOften: (seconds) =>
    plural(seconds, {
      one: 'Demasiados intentos. Inténtalo de nuevo en # segundo.',
      other: 'Demasiados intentos. Inténtalo de nuevo en # segundos.',
    }),
  notLetIn: (reason) => `El servidor no te ha dejado entrar: ${reason}`,
  media: 'Sonido o imagen de esta sala',
  ownMedia: 'Tu sonido y tu imagen',
  mediaOf: (name) => `Sonido e imagen de ${name}`,
  mediaFailed: (subject, reason) => `${subject}: ${reason}`,
  mediaLost: 'la conexión se perdió o no se puede establecer desde esta red.',
  mediaLate: 'el servidor no respondió a tiempo.',
  mediaNotAllowed: 'no puedes enviar eso en esta sala.',
  mediaNotTaken: 'el servidor no pudo transmitirlo.',
  personGone: 'Esa persona ya no está.',
  notAllowed: 'No puedes hacer eso.',
  notSupported: 'Eso no es posible con tu programa.',
  notDone: (reason) => `No se ha hecho: ${reason}`,
  pageHere: 'Algo ha fallado en esta página.',
};
