import type { NotificationParams, RequestResult } from '../dialects/kurento-room/types.js';

/** A text that was said to everybody in the room. */
export interface ChatMessage {
  /** Unlike that of any other message of the room. */
  readonly id: string;
  /** User name of the sender. Our own messages come back too. Empty: the server said it. */
  readonly from: string;
  /** What the sender was shown as when it was said. */
  readonly name: string;
  /** What was said: plain text, which may have several lines. */
  readonly text: string;
  /** When it was said, by the server's clock. */
  readonly at: Date;
}

type Said = NotificationParams<'sendMessage'>;
type Kept = NonNullable<RequestResult<'joinRoom'>['messages']>;

/** Older messages are forgotten. */
const mostMessages = 500;

/** What was said in a room: before we came, as far as the server keeps it, and since. */
export class Chat {
  #messages: readonly ChatMessage[] = [];
  /** For messages of servers that give them no id. */
  #unnamed = 0;

  /** Oldest first. Each change makes another list. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /**
   * @param name what the sender is shown as
   * @returns undefined for a message that is there already
   */
  said({ id, at, user, message }: Said, name: string): ChatMessage | undefined {
    return this.#add({ id: id ?? `here-${this.#unnamed++}`, from: user, name, text: message, at: dateOf(at) });
  }

  /** What the server tells a newcomer. @returns those of them that are not there yet */
  kept(kept: Kept): readonly ChatMessage[] {
    return kept.flatMap(({ id, at, user, name = user, message }) => {
      return this.#add({ id, from: user, name, text: message, at: dateOf(at) }) ?? [];
    });
  }

  #add(message: ChatMessage): ChatMessage | undefined {
    if (this.#messages.some(({ id }) => id === message.id)) return undefined;
    this.#messages = [...this.#messages, message].slice(-mostMessages);
    return message;
  }
}

function dateOf(at: number | undefined): Date {
  return at === undefined ? new Date() : new Date(at);
}
