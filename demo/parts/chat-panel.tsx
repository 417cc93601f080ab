import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Call, Message } from '../model/call.js';
import { hueOf } from '../model/person.js';
import { Icon } from './icon.js';
import { Panel } from './panel.js';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** The messages of the chat, and the line to write one. */
export function ChatPanel({ call }: { readonly call: Call }) {
  const list = useRef<HTMLDivElement>(null);
  const line = useRef<HTMLInputElement>(null);
  const messages = call.messages.value;
  useEffect(() => {
    line.current?.focus();
  }, []);
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [messages]);
  const say = (event: Event): void => {
    event.preventDefault();
    const input = line.current;
    const text = input?.value ?? '';
    if (!input || text.trim() === '') return;
    input.value = '';
    call.say(text).catch(() => {
      input.value ||= text;
    });
  };
  return (
    <Panel call={call} name="chat" title="Chat" closeLabel="Close chat">
      <div class="messages" role="log" aria-live="polite" aria-label="Messages" tabIndex={0} ref={list}>
        {messages.length === 0 && (
          <p class="empty">Nothing said yet. Everybody in the room can read what you write; nothing is kept.</p>
        )}
        {messages.map((message, index) => (
          <Said key={message.id} message={message} first={messages[index - 1]?.from !== message.from} />
        ))}
      </div>
      <form class="chat-form" onSubmit={say}>
        <input
          ref={line}
          aria-label="Message to everybody"
          placeholder="Message to everybody"
          autocomplete="off"
          maxLength={2000}
        />
        <button class="round accent" type="submit" aria-label="Send">
          <Icon name="send" />
        </button>
      </form>
    </Panel>
  );
}

function Said({ message, first }: { readonly message: Message; readonly first: boolean }) {
  const { from, name, own, text, at } = message;
  return (
    <article class={own ? 'message own' : 'message'}>
      {first && (
        <p class="message-head">
          <span class="message-from" style={{ '--hue': hueOf(from) }}>
            {own ? 'You' : name}
          </span>
          <time>{time.format(at)}</time>
        </p>
      )}
      <p class="message-text">{text}</p>
    </article>
  );
}
