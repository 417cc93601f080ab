import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Statistik',
  close: 'Statistik schließen',
  region: 'Statistik jeder Verbindung',
  sent: 'Sie senden',
  received: (name: string) => `Von ${name}`,
  measuring: 'Wird gemessen …',
  nothing: 'Nichts',
  rate: 'Bitrate',
  picture: 'Bild',
  noPicture: 'keines',
  lost: 'Verlust',
  roundTrip: 'Umlaufzeit',
  unknown: 'unbekannt',
  loudness: 'Lautstärke',
  silent: 'still',
  state: 'Zustand',
};
