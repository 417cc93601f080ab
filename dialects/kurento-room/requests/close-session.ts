import { closeSessionRequest } from '../../session-layer/connection-requests.js';
import { connectionRequest } from '../request-type.js';

export const closeSession = connectionRequest({
  ...closeSessionRequest,
  summary: 'Ends the session at once, without grace time; then the socket is closed.',
});
