import type { Words } from '../en/index.js';

export const end: Words['end'] = {
  devicesOff: 'Tu cámara y tu micrófono están apagados. Puedes cerrar esta página.',
  lostTitle: 'Se perdió la conexión',
  lost: 'Se perdió la conexión con el servidor, y con ella la llamada. Vuelve a entrar cuando tengas conexión.',
  elsewhereTitle: 'Estás en esta sala desde otro lugar',
  elsewhere: 'La misma invitación se usó en otra ventana o en otro dispositivo. La llamada continúa allí.',
  removedTitle: 'Te han expulsado de la sala',
  removed: 'Un moderador te ha expulsado. De momento no puedes volver a entrar.',
  removedFor: (reason) => `Un moderador te ha expulsado. Dice: «${reason}»`,
  refusedTitle: 'Ya no estás en la sala',
  refused: (reason) => `Se perdió la conexión y el servidor no te deja volver a entrar: ${reason}`,
  closedTitle: 'La sala se ha cerrado',
  left: (room) => `Has salido de ${room}.`,
  lasted: (time) => `Estuviste ${time}.`,
  rejoin: 'Volver a entrar',
  closedFor: (room) => `${room} se ha cerrado para todos.`,
};
