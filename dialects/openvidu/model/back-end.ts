import { noGrants, roles } from '../../../rooms/index.js';
import type { Administrator } from '../../../rooms/index.js';

/** The back end, which has shown the secret of the dialect. For the log it is `openvidu`. */
export const backEnd: Administrator = {
  administrator: 'openvidu',
  bearer: { grantsIn: () => ({ ...noGrants, ...roles.MODERATOR, roomCreate: true, roomList: true }) },
};
