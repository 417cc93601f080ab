import type { Words } from '../en/index.js';
import { pluralIn } from '../plural.js';

const plural = pluralIn('es');

export const chat: Words['chat'] = {
  title: 'Chat',
  close: 'Cerrar el chat',
  messages: 'Mensajes',
  empty:
    'Aún no hay mensajes. Todas las personas de la sala leen lo que escribe, y quienes lleguen después también pueden leerlo.',
  write: 'Mensaje para todos',
  send: 'Enviar',
  you: 'Usted',
  server: 'El servidor',
  newMessages: (count: number) => plural(count, { one: '# mensaje nuevo', other: '# mensajes nuevos' }),
  sending: 'Enviando …',
  notSent: 'No enviado',
  again: 'Reintentar',
  discard: 'Eliminar',
  mayNotWrite: 'Aquí puedes leer el chat, pero no escribir.',
  said: (name: string, text: string) => `${name}: ${text}`,
};
