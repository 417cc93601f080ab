import type { Words } from '../en/index.js';

export const problems: Words['problems'] = {
  page: 'Un problème est survenu dans cette page. Rechargez-la et réessayez.',
};
