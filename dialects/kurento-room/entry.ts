import { dialectEntry } from '../dialect.js';
import { customRequestOf } from './custom-request.js';
import { RoomGateway } from './gateway.js';
import { roomProtocolOptions } from './options.js';

export const kurentoRoom = dialectEntry({
  title: 'Room protocol',
  options: roomProtocolOptions,
  create: (settings, { transport, imagesUrl, ice, log }) =>
    new RoomGateway(log, { ...transport, ...settings }, customRequestOf(settings, imagesUrl), ice),
});
