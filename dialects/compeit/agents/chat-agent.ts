import type { Participant } from '../../../rooms/index.js';
import type { Agent, Attendance, Attended } from '../agent.js';

/** Texts are those of the room, for people of all protocols (COMPEIT §5, §8); other data stays among ours. */
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
