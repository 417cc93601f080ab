import { dialectEntry } from '../dialect.js';
import { OpenviduGateway } from './gateway.js';
import { openviduOptions } from './options.js';

export const openvidu = dialectEntry({
  title: 'OpenVidu 2',
  options: openviduOptions,
  isOn: ({ secret }) => secret !== '',
  create: (settings, { transport, sessions, ice, log }) =>
    new OpenviduGateway(settings, { ...transport, ...sessions }, ice, log),
});
