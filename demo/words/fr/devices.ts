import type { Words } from '../en/index.js';

export const devices: Words['devices'] = {
  camera: 'Caméra',
  microphone: 'Micro',
  speaker: 'Haut-parleur',
  press: {
    camera: {
      on: 'Couper la caméra',
      off: 'Activer la caméra',
      missing: 'Pas de caméra : réessayer',
    },
    microphone: {
      on: 'Couper le micro',
      off: 'Activer le micro',
      missing: 'Pas de micro : réessayer',
    },
  },
  cut: 'Coupé par un modérateur',
  busy: {
    camera: 'Cette caméra est inutilisable : un autre programme s’en sert peut-être.',
    microphone: 'Ce micro est inutilisable : un autre programme s’en sert peut-être.',
  },
  lost: {
    camera: 'Votre caméra a été débranchée : les autres ne vous voient pas.',
    microphone: 'Votre micro a été débranché : les autres ne vous entendent pas.',
  },
  lostFor: {
    camera: (name: string) => `Votre caméra a été débranchée. En service maintenant : ${name}`,
    microphone: (name: string) => `Votre micro a été débranché. En service maintenant : ${name}`,
  },
  blocked:
    'La caméra et le micro sont bloqués pour cette page : autorisez-les à côté de la barre d’adresse. Vous pouvez écouter et écrire.',
  insecure:
    'Les navigateurs n’ouvrent la caméra que sur des pages sûres : https ou localhost. Vous pouvez écouter et écrire.',
  noDevices: 'Aucune caméra ni aucun micro trouvés, ou un autre programme s’en sert. Vous pouvez écouter et écrire.',
  noCamera: 'Aucune caméra trouvée, ou un autre programme s’en sert : les autres vous entendront seulement.',
  noMicrophone: 'Aucun micro trouvé : les autres vous verront sans vous entendre.',
  chooseMicrophone: 'Choisir le micro et le haut-parleur',
  chooseCamera: 'Choisir la caméra',
  menus: {
    microphone: 'Micro et haut-parleur',
    camera: 'Caméra',
  },
  flip: 'Retourner la caméra',
  blur: 'Flouter l’arrière-plan',
  noChoice: 'Autorisez d’abord l’appareil, vous pourrez ensuite choisir ici.',
  level: 'Niveau de votre micro',
  systemSpeaker: 'Valeur du système',
  speakerFailed: 'Ce haut-parleur est inutilisable.',
};
