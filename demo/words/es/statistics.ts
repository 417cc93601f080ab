import type { Words } from '../en/index.js';

export const statistics: Words['statistics'] = {
  title: 'Estadísticas',
  close: 'Cerrar las estadísticas',
  region: 'Estadísticas de cada conexión',
  sent: 'Usted envía',
  received: (name: string) => `De ${name}`,
  measuring: 'Midiendo …',
  nothing: 'Nada',
  rate: 'Tasa de bits',
  picture: 'Imagen',
  noPicture: 'ninguna',
  lost: 'Pérdida',
  roundTrip: 'Ida y vuelta',
  unknown: 'desconocido',
  loudness: 'Volumen',
  silent: 'silencio',
  state: 'Estado',
};
