import type { Chat, ShownMessage, Unsent } from '../model/chat.js';
import { daysAgo } from '../model/chat.js';
import { piecesOf } from '../model/links.js';
import { hueOf } from '../model/person.js';
import { useVoice } from './voice.js';
import type { Language } from '../words/words.js';

/** A message of the chat, under its sender and its day where they differ from those of the one before. */
export function Said({ shown }: { readonly shown: ShownMessage }) {
  const { words, language } = useVoice();
  const { message, beginsDay, showsSender } = shown;
  const { from, name, own, text, at } = message;
  const sender = own ? words().chat.you : from === '' ? words().chat.server : name;
  return (
    <>
      {beginsDay && <p class="message-day">{dayText(at, language)}</p>}
      <article class={own ? 'message own' : 'message'}>
        {showsSender && (
          <p class="message-head">
            <span class="message-from" style={{ '--hue': hueOf(from) }} title={sender} dir="auto">
              {sender}
            </span>
            <time dateTime={at.toISOString()} title={at.toLocaleString(language)}>
              {at.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}
            </time>
          </p>
        )}
        <MessageText text={text} />
      </article>
    </>
  );
}

/** A message of the user that is on its way, or was not sent. */
export function Unsaid({ chat, unsent }: { readonly chat: Chat; readonly unsent: Unsent }) {
  const { words } = useVoice();
  const texts = words().chat;
  return (
    <article
      class={unsent.failed ? 'message own unsent failed' : 'message own unsent'}
      // It is read out as it comes back.
      aria-live={unsent.failed ? undefined : 'off'}
    >
      <MessageText text={unsent.text} />
      <p class="message-fate">
        {unsent.failed ? texts.notSent : texts.sending}
        {unsent.failed && (
          <>
            {' · '}
            <button
              type="button"
              class="link"
              onClick={() => {
                chat.sayAgain(unsent);
              }}
            >
              {texts.again}
            </button>
            {' · '}
            <button
              type="button"
              class="link"
              onClick={() => {
                chat.forget(unsent);
              }}
            >
              {texts.discard}
            </button>
          </>
        )}
      </p>
    </article>
  );
}

function MessageText({ text }: { readonly text: string }) {
  return (
    <p class="message-text" dir="auto">
      {piecesOf(text).map(({ text: piece, href }) =>
        href === undefined ? (
          piece
        ) : (
          <a href={href} target="_blank" rel="noopener noreferrer nofollow">
            {piece}
          </a>
        ),
      )}
    </p>
  );
}

function dayText(at: Date, language: Language): string {
  const ago = daysAgo(at, new Date());
  if (ago < 2) return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-ago, 'day');
  return at.toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long' });
}
