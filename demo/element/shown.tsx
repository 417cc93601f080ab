import { useEffect, useRef } from 'preact/hooks';
import type { ReadonlySignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { CallPage } from '../parts/call-page.js';
import { Lobby, type Knock } from '../parts/lobby.js';
import type { Voice, Words } from '../words/words.js';
import { Speaking, useVoice } from '../parts/voice.js';

/** What an `<atrium-call>` shows. */
export type Shown =
  | { readonly type: 'unset' }
  | { readonly type: 'joining'; readonly room: string }
  | { readonly type: 'waiting'; readonly knock: Knock }
  | { readonly type: 'call'; readonly call: Call }
  | PasswordQuestion
  | Message;

/** Why there is no call. */
export interface Message {
  readonly type: 'message';
  readonly title: string;
  readonly text: string;
  /** Joins again. Undefined: that is not possible. */
  readonly again?: { readonly label: string; readonly join: () => void } | undefined;
}

interface PasswordQuestion {
  readonly type: 'password';
  /** The last answer was wrong. */
  readonly again: boolean;
  readonly join: (password: string) => void;
}

/** @param voice of the element; a call may bring its own */
export function ShownCall({ shown, voice }: { readonly shown: ReadonlySignal<Shown>; readonly voice: Voice }) {
  const spoken = shown.value.type === 'call' ? shown.value.call.voice : voice;
  return (
    <div class="call" lang={spoken.language}>
      <Speaking value={spoken}>{partOf(shown.value, spoken.words())}</Speaking>
    </div>
  );
}

function partOf(shown: Shown, { element }: Words) {
  switch (shown.type) {
    case 'call':
      return <CallPage call={shown.call} />;
    case 'unset':
      return <Card shown={{ type: 'message', title: element.unsetTitle, text: element.unset }} />;
    case 'joining':
      return (
        <div class="call-card" role="status">
          <span class="spinner" aria-hidden="true" />
          <p>{element.joining(shown.room)}</p>
        </div>
      );
    case 'waiting':
      return (
        <div class="call-card">
          <Lobby knock={shown.knock} />
        </div>
      );
    case 'password':
      return <Password question={shown} />;
    case 'message':
      return <Card shown={shown} />;
  }
}

function Card({ shown: { title, text, again } }: { readonly shown: Message }) {
  return (
    <section class="call-card" aria-labelledby="card-title">
      <h2 id="card-title">{title}</h2>
      <p role="status">{text}</p>
      {again && (
        <button type="button" class="primary" onClick={again.join}>
          {again.label}
        </button>
      )}
    </section>
  );
}

function Password({ question: { again, join } }: { readonly question: PasswordQuestion }) {
  const { words } = useVoice();
  const { element, join: form } = words();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (again) input.current?.select();
  }, [again]);
  return (
    <form
      class="call-card"
      aria-labelledby="card-title"
      onSubmit={(event) => {
        event.preventDefault();
        join(input.current?.value ?? '');
      }}
    >
      <h2 id="card-title">{element.passwordTitle}</h2>
      {again && <p role="alert">{form.passwordWrong}</p>}
      <label class="field">
        <span>{form.password}</span>
        <input ref={input} type="password" autocomplete="off" required />
      </label>
      <button type="submit" class="primary">
        {form.join}
      </button>
    </form>
  );
}
