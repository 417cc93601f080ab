import type { Words } from '../en/index.js';

export const invitation: Words['invitation'] = {
  title: 'Invitación',
  local: 'Solo este ordenador puede abrir la dirección que estás usando.',
  network:
    'En tu red, los demás usan la dirección de abajo. En la primera visita el navegador puede avisar del certificado.',
  addresses: 'Direcciones',
  code: 'Código del enlace para la cámara de un teléfono',
  copy: 'Copiar enlace',
  share: 'Compartir…',
  remedies: {
    tls: 'Para invitar a otras personas, inicia el servidor con --tls self-signed.',
    host: 'Para invitar a otras personas, conéctate a una red e inicia el servidor sin HOST.',
  },
};
