import type { Words } from '../en/index.js';

export const invitation: Words['invitation'] = {
  title: 'Einladung',
  local: 'Die Adresse, die Sie benutzen, kann nur dieser Computer öffnen.',
  network:
    'Andere in Ihrem Netz benutzen die Adresse unten. Beim ersten Besuch warnt der Browser vielleicht vor dem Zertifikat.',
  addresses: 'Adressen',
  code: 'Code des Links für die Kamera eines Telefons',
  copy: 'Link kopieren',
  share: 'Teilen …',
  remedies: {
    tls: 'Um andere einzuladen, starten Sie den Server mit --tls self-signed.',
    host: 'Um andere einzuladen, verbinden Sie sich mit einem Netz und starten Sie den Server ohne HOST.',
  },
};
