import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const join: Words['join'] = {
  title: 'Entrar en una sala',
  lead: 'Elige un nombre y una sala. Quien abra la misma sala estará ahí contigo.',
  name: 'Tu nombre',
  nameExample: 'Ana',
  nameInvited: 'Como dice tu invitación',
  room: 'Sala',
  roomExample: 'jardín',
  password: 'Contraseña de la sala',
  join: 'Entrar',
  joining: 'Entrando …',
  listen: 'Entrar solo a escuchar, sin cámara ni micrófono',
  nameMissing: 'Escribe tu nombre.',
  roomMissing: 'Escribe el nombre de una sala.',
  passwordNeeded: 'Esta sala tiene contraseña. Pídesela a quien te invitó.',
  passwordWrong: 'Esa no es la contraseña de esta sala.',
  back: (room) => `Volviendo a ${room} …`,
  camera: 'Tu cámara',
  cameraSought: 'Buscando tu cámara. Puede que el navegador te pida permiso.',
  cameraStarts: 'Iniciando …',
  cameraOff: 'Tu cámara está apagada.',
  cameraMissing: 'Sin cámara',
  level: 'Nivel del micrófono',
  rooms: 'En uso ahora',
  people: (count) => plural(count, { one: '# persona', other: '# personas' }),
  allRooms: (count) => plural(count, { other: 'Mostrar las #' }),
  titleOf: (room) => `Entrar en ${room}`,
  newRoom: 'Sala nueva',
  otherRoom: 'Otra sala',
  joinAs: (name) => `Entrar como ${name}`,
  nobodyThere: 'Todavía no hay nadie.',
  thereNow: (count) => plural(count, { one: 'Hay # persona.', other: 'Hay # personas.' }),
  isThere: (name) => `${name} está ahí.`,
  areThere: (name, more) =>
    `${name} ${plural(more, { one: 'y # persona más están ahí.', other: 'y # personas más están ahí.' })}`,
};
