import { dialectEntry } from '../dialect.js';
import { CompeitGateway } from './gateway.js';
import { compeitOptions } from './options.js';

export const compeit = dialectEntry({
  title: 'COMPEIT',
  options: compeitOptions,
  create: (settings, { transport }) => new CompeitGateway(settings, transport),
  secret: { setBy: 'COMPEIT_TOKEN_SECRET', isAsked: ({ tokenSecret }) => tokenSecret !== '' },
});
