import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const bar: Words['bar'] = {
  title: 'Llamada',
  shareScreen: 'Compartir la pantalla',
  stopSharing: 'Dejar de compartir la pantalla',
  noSharing: 'No se puede compartir la pantalla desde este navegador.',
  raiseHand: 'Levantar la mano',
  lowerHand: 'Bajar la mano',
  handFailed: 'No se ha podido levantar la mano. Inténtalo de nuevo.',
  hatOn: 'Ponerse un sombrero',
  hatOff: 'Quitarse el sombrero',
  hatFailed: 'Ahora mismo no hay sombrero para ti.',
  more: 'Más',
  ending: 'Terminar la llamada …',
  leave: 'Salir',
  endForAll: 'Terminar la llamada para todos',
  cancel: 'Cancelar',
  layout: 'Disposición',
  view: 'Vista',
  keys: 'Teclas',
  time: 'Hora',
  chat: (unread: number) => (unread === 0 ? 'Chat' : `Chat: ${unread} sin leer`),
  people: (count: number) => `Personas: ${count}`,
  waiting: (count: number) => `${count} en espera`,
  hands: (count: number) => plural(count, { one: '# mano levantada', other: '# manos levantadas' }),
};
