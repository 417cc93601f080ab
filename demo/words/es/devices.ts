import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: 'Cámara',
  microphone: 'Micrófono',
  speaker: 'Altavoz',
  press: {
    camera: {
      on: 'Apagar la cámara',
      off: 'Encender la cámara',
      missing: 'Sin cámara: reintentar',
    },
    microphone: {
      on: 'Silenciar el micrófono',
      off: 'Activar el micrófono',
      missing: 'Sin micrófono: reintentar',
    },
  },
  cut: 'Silenciado por un moderador',
  busy: {
    camera: 'No se puede usar esta cámara: quizá la usa otro programa.',
    microphone: 'No se puede usar este micrófono: quizá lo usa otro programa.',
  },
  lost: {
    camera: 'Se ha desconectado tu cámara: los demás no te ven.',
    microphone: 'Se ha desconectado tu micrófono: los demás no te oyen.',
  },
  lostFor: {
    camera: (name: string) => `Se ha desconectado tu cámara. Ahora se usa: ${name}`,
    microphone: (name: string) => `Se ha desconectado tu micrófono. Ahora se usa: ${name}`,
  },
  blocked:
    'La cámara y el micrófono están bloqueados para esta página: permítelos junto a la barra de direcciones. Puedes escuchar y escribir.',
  insecure:
    'Los navegadores solo abren la cámara en páginas seguras: usa https o localhost. Puedes escuchar y escribir.',
  noDevices: 'No se ha encontrado cámara ni micrófono, o los usa otro programa. Puedes escuchar y escribir.',
  noCamera: 'No se ha encontrado ninguna cámara, o la usa otro programa: los demás solo le oirán.',
  noMicrophone: 'No se ha encontrado ningún micrófono: los demás le verán, pero no le oirán.',
  chooseMicrophone: 'Elegir micrófono y altavoz',
  chooseCamera: 'Elegir cámara',
  menus: {
    microphone: 'Micrófono y altavoz',
    camera: 'Cámara',
  },
  flip: 'Girar la cámara',
  blur: 'Desenfocar el fondo',
  noChoice: 'Permite primero el dispositivo y después podrás elegir aquí.',
  level: 'Nivel de tu micrófono',
  systemSpeaker: 'Predeterminado del sistema',
  speakerFailed: 'No se puede usar este altavoz.',
};
