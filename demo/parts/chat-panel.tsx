import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { inDays } from '../model/chat.js';
import { useVoice } from './voice.js';
import { ChatForm } from './chat-form.js';
import { Said, Unsaid } from './message.js';
import { Panel } from './panel.js';

/** A list that is scrolled up by less is at its end, in px. */
const nearEnd = 48;

/** The messages of the chat, and the field to write one. */
export function ChatPanel({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { chat } = call;
  const texts = words().chat;
  const messages = chat.messages.value;
  const unsent = chat.unsent.value;
  const list = useRef<HTMLDivElement>(null);
  const isReading = useRef(false);
  const size = useRef('');
  const seen = useRef(messages.at(-1)?.id);
  const missed = useSignal(0);
  const toEnd = (): void => {
    const element = list.current;
    if (element) element.scrollTop = element.scrollHeight;
    missed.value = 0;
  };
  const scrolled = (): void => {
    const element = list.current;
    // While the window changes its size, the list is not at its end although the user has not scrolled.
    if (!element || size.current !== sizeOf(element)) return;
    isReading.current = element.scrollHeight - element.scrollTop - element.clientHeight > nearEnd;
    if (!isReading.current) missed.value = 0;
  };
  // A user who reads what was said before is not torn away by what is new.
  useLayoutEffect(() => {
    const from = messages.findIndex(({ id }) => id === seen.current) + 1;
    const added = messages.slice(from);
    seen.current = messages.at(-1)?.id;
    if (!isReading.current) toEnd();
    else missed.value += added.filter(({ own }) => !own).length;
  }, [messages]);
  useLayoutEffect(toEnd, [unsent.length]);
  // The list is lower while the field is higher.
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      size.current = sizeOf(element);
      if (!isReading.current) toEnd();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return (
    <Panel call={call} name="chat" title={texts.title} closeLabel={texts.close}>
      <div
        class="messages"
        role="log"
        aria-live="polite"
        aria-label={texts.messages}
        tabIndex={0}
        ref={list}
        onScroll={scrolled}
      >
        {messages.length + unsent.length === 0 && <p class="empty">{texts.empty}</p>}
        {inDays(messages, new Date()).map((shown) => (
          <Said key={shown.message.id} shown={shown} />
        ))}
        {unsent.map((each) => (
          <Unsaid key={`unsent ${each.id}`} chat={chat} unsent={each} />
        ))}
      </div>
      {missed.value > 0 && (
        <button type="button" class="new-messages" onClick={toEnd}>
          {texts.newMessages(missed.value)} <span aria-hidden="true">↓</span>
        </button>
      )}
      <ChatForm chat={chat} />
    </Panel>
  );
}

function sizeOf({ clientWidth, clientHeight }: Element): string {
  return `${clientWidth} ${clientHeight}`;
}
