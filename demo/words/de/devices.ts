import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: 'Kamera',
  microphone: 'Mikrofon',
  speaker: 'Lautsprecher',
  press: {
    camera: {
      on: 'Kamera ausschalten',
      off: 'Kamera einschalten',
      missing: 'Keine Kamera: noch einmal versuchen',
    },
    microphone: {
      on: 'Mikrofon stummschalten',
      off: 'Mikrofon einschalten',
      missing: 'Kein Mikrofon: noch einmal versuchen',
    },
  },
  cut: 'Von der Moderation stummgeschaltet',
  busy: {
    camera: 'Diese Kamera lässt sich nicht nutzen: Vielleicht hat sie ein anderes Programm.',
    microphone: 'Dieses Mikrofon lässt sich nicht nutzen: Vielleicht hat es ein anderes Programm.',
  },
  lost: {
    camera: 'Ihre Kamera wurde getrennt: Die anderen sehen Sie nicht.',
    microphone: 'Ihr Mikrofon wurde getrennt: Die anderen hören Sie nicht.',
  },
  lostFor: {
    camera: (name: string) => `Ihre Kamera wurde getrennt. Jetzt in Gebrauch: ${name}`,
    microphone: (name: string) => `Ihr Mikrofon wurde getrennt. Jetzt in Gebrauch: ${name}`,
  },
  blocked:
    'Kamera und Mikrofon sind für diese Seite gesperrt: Erlauben Sie sie neben der Adresszeile. Sie können zuhören und schreiben.',
  insecure:
    'Browser öffnen die Kamera nur auf sicheren Seiten: https oder localhost. Sie können zuhören und schreiben.',
  noDevices:
    'Keine Kamera und kein Mikrofon gefunden, oder ein anderes Programm nutzt sie. Sie können zuhören und schreiben.',
  noCamera: 'Keine Kamera gefunden, oder ein anderes Programm nutzt sie: Die anderen werden Sie nur hören.',
  noMicrophone: 'Kein Mikrofon gefunden: Die anderen werden Sie sehen, aber nicht hören.',
  chooseMicrophone: 'Mikrofon und Lautsprecher wählen',
  chooseCamera: 'Kamera wählen',
  menus: {
    microphone: 'Mikrofon und Lautsprecher',
    camera: 'Kamera',
  },
  flip: 'Kamera wechseln',
  blur: 'Hintergrund unscharf',
  noChoice: 'Erlauben Sie zuerst das Gerät, dann können Sie hier wählen.',
  level: 'Pegel Ihres Mikrofons',
  systemSpeaker: 'Standard des Systems',
  speakerFailed: 'Dieser Lautsprecher lässt sich nicht nutzen.',
};
