import type { Words } from '../en/index.js';

export const lost: Words['lost'] = {
  title: 'Il n’y a rien ici',
  text: 'Vérifiez l’adresse ou demandez un nouveau lien.',
  home: 'Vers la page d’accueil',
};
