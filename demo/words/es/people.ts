import type { Words } from '../en/index.js';

export const people: Words['people'] = {
  title: (count) => `Personas (${count})`,
  close: 'Cerrar la lista de personas',
  region: 'Personas y peticiones',
  self: '(tú)',
  hand: (place) => `Mano levantada, número ${place}`,
  muted: 'micrófono apagado',
  speaking: 'hablando',
  listening: 'escuchando',
  allCut: 'sonido y vídeo detenidos por un moderador',
  soundCut: 'silenciado por un moderador',
  videoCut: 'vídeo detenido por un moderador',
};
