import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: 'Ajustes',
  close: 'Cerrar los ajustes',
  language: 'Idioma',
  theme: 'Colores',
  themes: {
    system: 'Como en este dispositivo',
    light: 'Claro',
    dark: 'Oscuro',
  },
  shortcuts: 'Teclas sueltas, como M para el micrófono',
  sounds: 'Un sonido cuando alguien entra o sale',
  keys: 'Teclas',
  closeKeys: 'Cerrar la lista de teclas',
  keysOff: 'Las teclas sueltas están desactivadas en los ajustes.',
  does: {
    microphone: 'Activar o desactivar el micrófono',
    camera: 'Encender o apagar la cámara',
    screen: 'Compartir la pantalla o dejar de hacerlo',
    hand: 'Levantar o bajar la mano',
    hat: 'Ponerse o quitarse el sombrero',
    chat: 'Abrir o cerrar el chat',
    people: 'Abrir o cerrar la lista de personas',
    statistics: 'Abrir o cerrar las estadísticas',
    keys: 'Mostrar esta lista',
    escape: 'Cerrar lo que está abierto, o mostrar a todos',
    arrows: 'De botón a botón en la barra',
  },
};
