import type { Words } from '../en/index.js';

export const settings: Words['settings'] = {
  title: 'Einstellungen',
  close: 'Einstellungen schließen',
  language: 'Sprache',
  theme: 'Farben',
  themes: {
    system: 'Wie auf diesem Gerät',
    light: 'Hell',
    dark: 'Dunkel',
  },
  shortcuts: 'Einzelne Tasten, etwa M für das Mikrofon',
  sounds: 'Ein Ton, wenn jemand kommt oder geht',
  keys: 'Tasten',
  closeKeys: 'Liste der Tasten schließen',
  keysOff: 'Einzelne Tasten sind in den Einstellungen ausgeschaltet.',
  does: {
    microphone: 'Mikrofon an oder aus',
    camera: 'Kamera an oder aus',
    screen: 'Bildschirm teilen oder damit aufhören',
    hand: 'Hand heben oder senken',
    hat: 'Hut aufsetzen oder abnehmen',
    chat: 'Chat öffnen oder schließen',
    people: 'Liste der Personen öffnen oder schließen',
    statistics: 'Statistik öffnen oder schließen',
    keys: 'Diese Liste zeigen',
    escape: 'Schließen, was offen ist, oder alle zeigen',
    arrows: 'In der Leiste von Knopf zu Knopf',
  },
};
