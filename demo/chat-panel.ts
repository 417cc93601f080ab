import type { ChatMessage } from '../client/index.js';
import { byId, create } from './dom.js';
import { hueOf } from './tile.js';

/** Older messages are dropped from the page. */
const mostShown = 500;
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** What was said, and the line to say something. */
export class ChatPanel {
  readonly #list = byId('messages', HTMLElement);
  readonly #empty = byId('no-messages', HTMLElement);
  readonly #text = byId('chat-text', HTMLInputElement);
  #lastFrom: string | undefined;

  /** `say` rejects when the message did not go out; its text is put back then. */
  constructor(say: (text: string) => Promise<void>) {
    byId('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.#text.value;
      if (text.trim() === '') return;
      this.#text.value = '';
      say(text).catch(() => {
        this.#text.value ||= text;
      });
    });
  }

  show({ from, text }: ChatMessage, own: boolean): void {
    this.#empty.hidden = true;
    const following = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 60;
    const message = create('article', own ? 'message own' : 'message');
    if (from !== this.#lastFrom) {
      const author = create('span', 'message-from', own ? 'You' : from);
      author.style.setProperty('--hue', String(hueOf(from)));
      message.append(create('p', 'message-head', author, create('time', '', time.format(new Date()))));
    }
    this.#lastFrom = from;
    message.append(create('p', 'message-text', text));
    this.#list.append(message);
    while (this.#list.childElementCount > mostShown) this.#list.children[1]?.remove();
    if (following || own) this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Shown from now on: what came last is in sight, and one can type. */
  focus(): void {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#text.focus();
  }

  clear(): void {
    this.#list.replaceChildren(this.#empty);
    this.#empty.hidden = false;
    this.#lastFrom = undefined;
  }
}
