import { dialectEntry } from '../dialect.js';
import { OpenviduGateway } from './gateway.js';
import { openviduOptions } from './options.js';

export const openvidu = dialectEntry({
  title: 'OpenVidu 2',
  options: openviduOptions,
  isOn: ({ secret }) => secret !== '',
  create: (settings) => new OpenviduGateway(settings),
  // Pages show a token that the back end has got for them.
  secret: { setBy: 'OPENVIDU_SECRET', isAsked: () => true },
});
