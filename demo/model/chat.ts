import { signal } from '@preact/signals';
import type { ChatMessage, Room } from '../../client/index.js';

export interface Message extends ChatMessage {
  readonly own: boolean;
}

/** A message of the user that nobody has got yet. */
export interface Unsent {
  readonly id: number;
  readonly text: string;
  /** It is not on its way any more: the user sends it again, or deletes it. */
  readonly failed: boolean;
}

/** Older messages are dropped from the page. */
const mostMessages = 500;

/** The chat of a call as the page shows it. */
export class Chat {
  readonly messages = signal<readonly Message[]>([]);
  /** In the order in which they were written. */
  readonly unsent = signal<readonly Unsent[]>([]);
  /** How many came since the chat was last shown. */
  readonly unread = signal(0);
  /** What the user has written and not sent. It stays when the chat is closed. */
  readonly draft = signal('');
  readonly mayWrite = signal(true);
  readonly #room: Room;
  #isShown = false;
  #nextUnsent = 0;

  /** @param missed called with a message of somebody else that comes while the chat is not shown */
  constructor(room: Room, missed: (message: Message) => void) {
    this.#room = room;
    this.messages.value = room.messages.map((message) => this.#shown(message));
    this.#showRights();
    room.self.on('grantsChanged', () => {
      this.#showRights();
    });
    room.on('reconnected', () => {
      this.#showRights();
    });
    room.on('message', (message) => {
      const shown = this.#shown(message);
      if (shown.own) this.#arrived(shown.text);
      this.messages.value = [...this.messages.value, shown].slice(-mostMessages);
      if (shown.own || this.#isShown) return;
      this.unread.value += 1;
      missed(shown);
    });
  }

  /** Called as the chat is shown or hidden. */
  show(isShown: boolean): void {
    this.#isShown = isShown;
    if (isShown) this.unread.value = 0;
  }

  /** Sends a text. It is in `unsent` until it comes back. */
  say(text: string): void {
    const id = this.#nextUnsent++;
    this.unsent.value = [...this.unsent.value, { id, text, failed: false }];
    void this.#send(id, text);
  }

  /** Sends one that failed once more. */
  sayAgain({ id, text }: Unsent): void {
    this.#change(id, false);
    void this.#send(id, text);
  }

  /** The user does not want to send it any more. */
  forget({ id }: Unsent): void {
    this.unsent.value = this.unsent.value.filter((each) => each.id !== id);
  }

  async #send(id: number, text: string): Promise<void> {
    try {
      await this.#room.chat(text);
    } catch {
      this.#change(id, true);
    }
  }

  #change(id: number, failed: boolean): void {
    this.unsent.value = this.unsent.value.map((each) => (each.id === id ? { ...each, failed } : each));
  }

  /** Also one that was lost with its answer: the server had it. */
  #arrived(text: string): void {
    const sent = this.unsent.value.find((each) => each.text === text);
    if (sent) this.forget(sent);
  }

  #shown(message: ChatMessage): Message {
    return { ...message, own: message.from === this.#room.user };
  }

  #showRights(): void {
    this.mayWrite.value = this.#room.self.grants?.canPublishData ?? true;
  }
}

/** A message says its sender when another one spoke before, or when it is much later. */
const pauseMs = 5 * 60_000;

export interface ShownMessage {
  readonly message: Message;
  /** The first of its day, where that is not today. */
  readonly beginsDay: boolean;
  readonly showsSender: boolean;
}

export function inDays(messages: readonly Message[], today: Date): readonly ShownMessage[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const beginsDay = dayOf(message.at) !== dayOf(before?.at ?? today);
    const follows = before?.from === message.from && before.name === message.name;
    const isLate = before !== undefined && message.at.getTime() - before.at.getTime() > pauseMs;
    return { message, beginsDay, showsSender: !follows || isLate || beginsDay };
  });
}

/** How many days ago it was, in the time zone of the user. */
export function daysAgo(at: Date, today: Date): number {
  return Math.round((dayOf(today) - dayOf(at)) / 86_400_000);
}

function dayOf(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
