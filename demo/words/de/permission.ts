import type { Words } from '../en/index.js';

export const permission: Words['permission'] = {
  title: 'Kamera und Mikrofon sind blockiert',
  denied: {
    chromium:
      'Klicken Sie auf das Symbol links neben der Adresse, erlauben Sie Kamera und Mikrofon, und versuchen Sie es noch einmal.',
    firefox:
      'Klicken Sie auf die durchgestrichene Kamera links neben der Adresse, heben Sie die Sperre auf, und versuchen Sie es noch einmal.',
    safari:
      'Öffnen Sie das Menü neben der Adresse, wählen Sie die Einstellungen dieser Website, erlauben Sie Kamera und Mikrofon, und versuchen Sie es noch einmal.',
  },
  dismissed:
    'Ihr Browser hat gefragt, und Sie haben nicht geantwortet. Versuchen Sie es noch einmal, und erlauben Sie beides.',
  policy: 'Die Website um diesen Anruf herum erlaubt sie nicht. Öffnen Sie den Anruf in einem eigenen Fenster.',
  insecure: 'Browser öffnen sie nur auf sicheren Seiten. Benutzen Sie eine Adresse, die mit https beginnt.',
  again: 'Noch einmal versuchen',
  listen: 'Ohne sie können Sie zuhören und chatten.',
};
