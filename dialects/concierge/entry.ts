import { dialectEntry } from '../dialect.js';
import { openFilesFolder } from './files-folder.js';
import { ConciergeGateway } from './gateway.js';
import { conciergeOptions } from './options.js';

export const concierge = dialectEntry({
  title: 'ERT Concierge',
  options: conciergeOptions,
  check: ({ files, filesDir }) => {
    if (files !== 'off') openFilesFolder(filesDir);
  },
  create: (settings) => new ConciergeGateway(settings),
  secret: { setBy: 'CONCIERGE_SECRET', isAsked: ({ secret }) => secret !== '' },
});
