import type { Words } from '../en/index.js';

export const problems: Words['problems'] = {
  page: 'Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu und versuchen Sie es noch einmal.',
};
