import type { Words } from '../en/index.js';

export const media: Words['media'] = {
  connecting: 'Conectando …',
  listening: 'Solo escucha',
  listeningOnly: 'Solo escucha',
  noConnection: 'Sin conexión',
  notSent: 'No se envía',
  notSentYet: 'No se envía. Reintentando …',
  tryNow: 'Reintentar ahora',
  trouble: 'El sonido y la imagen no pasan por esta red',
  troubleServer: 'El servidor de medios no responde',
  whatToCheck: 'Qué comprobar',
  tryAgain: 'Reintentar',
  checkServer:
    'Tu red puede estar bien: el servidor de salas no alcanza el servidor de sonido e imagen. Lo reintenta por sí mismo. Si dura, avisa a quienes lo administran.',
  checkOtherNetwork: 'Prueba otra red, por ejemplo la de tu teléfono, o desactiva la VPN.',
  checkFirewall: 'Un cortafuegos puede bloquear UDP. Pide a quienes administran tu red que lo permitan.',
  checkNoRelay:
    'Este servidor no tiene un relé (servidor TURN) para redes que bloquean UDP. Quienes lo administran pueden añadirlo.',
  checkRelayRefused:
    'El relé (servidor TURN) de este servidor nos rechaza. Quienes lo administran deben revisar su clave y su reloj.',
};
