import type { Agent, Attendance, Attended } from '../agent.js';
import { Message } from '../message.js';

const noStore = new Message('server_message', {
  type: 'file',
  event: 'error',
  error: 'command not found',
  data: { code: 'not_supported', message: 'no file store', request: 'file' },
});

/**
 * This server has no file store, and answers so in a way that old pages know (docs/protocols/compeit.md#6-file-agent).
 */
export class FileAgent implements Agent {
  readonly type = 'file';

  attend(user: Attended): Attendance {
    return {
      request: () => {
        user.send(noStore);
      },
    };
  }
}
