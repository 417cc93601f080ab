import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Chat } from '../model/chat.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';

/** In UTF-16 units: the server takes so many in any script, where it is not set otherwise. */
const longest = 5_000;

/** The field to write a message. It grows with the text; Enter sends, and Shift+Enter begins a line. */
export function ChatForm({ chat }: { readonly chat: Chat }) {
  const { words } = useVoice();
  const texts = words().chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = chat.draft.value;
  useEffect(() => {
    field.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    // Its border is no part of `scrollHeight`. What is too high for the style sheet scrolls.
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
  }, [draft]);
  const say = (): void => {
    const text = chat.draft.value.trim();
    if (text === '') return;
    chat.draft.value = '';
    chat.say(text);
    field.current?.focus();
  };
  if (!chat.mayWrite.value) return <p class="chat-form may-not">{texts.mayNotWrite}</p>;
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={texts.write}
        placeholder={texts.write}
        autocomplete="off"
        enterkeyhint="send"
        maxLength={longest}
        value={draft}
        onInput={(event) => (chat.draft.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          // Enter may also choose a word of an input method.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          say();
        }}
      />
      <button class="round accent" type="submit" aria-label={texts.send}>
        <Icon name="send" />
      </button>
    </form>
  );
}
