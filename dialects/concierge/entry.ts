import { dialectEntry } from '../dialect.js';
import { ConciergeGateway } from './gateway.js';
import { conciergeOptions } from './options.js';

export const concierge = dialectEntry({
  title: 'ERT Concierge',
  options: conciergeOptions,
  create: (settings) => new ConciergeGateway(settings),
});
