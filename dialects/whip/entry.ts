import { dialectEntry } from '../dialect.js';
import { WhipGateway } from './gateway.js';
import { whipOptions } from './options.js';

export const whip = dialectEntry({
  title: 'WHIP',
  options: whipOptions,
  create: (settings, { ice }) => new WhipGateway(settings, ice),
});
