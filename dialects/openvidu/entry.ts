import { ConfigError } from '../../options/config-error.js';
import { dialectEntry } from '../dialect.js';
import { OpenviduGateway } from './gateway.js';
import { openviduOptions } from './options.js';

export const openvidu = dialectEntry({
  title: 'OpenVidu 2',
  options: openviduOptions,
  isOn: ({ secret }) => secret !== '',
  check: ({ webhook, webhookEndpoint }) => {
    if (webhook && webhookEndpoint === '') {
      throw new ConfigError('OPENVIDU_WEBHOOK_ENDPOINT: is empty; with OPENVIDU_WEBHOOK it must name the receiver');
    }
  },
  create: (settings, { transport, sessions, ice, log, imagesUrl }) =>
    new OpenviduGateway(settings, { ...transport, ...sessions }, ice, log, imagesUrl),
});
