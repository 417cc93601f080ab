import type { Participant } from '../../../rooms/index.js';
import type { Agent, Attendance, Attended } from '../agent.js';

/**
 * Says chat texts to the room, for participants of all protocols (docs/protocols/compeit.md#5-chat-agent,
 * #8-sharing-rooms). Other data goes to this protocol only.
 */
export class ChatAgent implements Agent {
  readonly type = 'chat';

  attend(user: Attended): Attendance {
    const say = (data: unknown, to?: Participant): boolean => {
      if (typeof data !== 'string') return false;
      user.participant.say(data, to);
      return true;
    };
    return { roomMessage: (data) => say(data), userMessage: (to, data) => say(data, to) };
  }
}
