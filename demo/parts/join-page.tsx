import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { ClientError } from '../../client/index.js';
import { roomOf } from '../model/address.js';
import { explainJoin } from '../model/explain.js';
import type { LocalMedia } from '../model/local-media.js';
import type { Pass } from '../model/pass.js';
import { recall, remember, type PresentCall } from '../model/remembered.js';
import { words } from '../words/words.js';
import { Brand } from './icon.js';
import { LanguageChoice } from './language-choice.js';
import { Lobby, type Knock } from './lobby.js';
import { Preview } from './preview.js';
import { Rooms } from './rooms.js';

export interface JoinPageProps {
  readonly media: LocalMedia;
  /** Why the user is back on this page. */
  readonly alert: string | undefined;
  /** Of the link that the user came by. */
  readonly pass: Pass | undefined;
  /** The user waits to be let in. */
  readonly knock: Knock | undefined;
  /** Rejects with why it failed; the page explains it. */
  readonly join: (call: PresentCall) => Promise<void>;
}

/** The page before the call: the name, the room, and the own picture. */
export function JoinPage({ media, alert, pass, knock, join }: JoinPageProps) {
  const kept = recall();
  const { join: texts } = words();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const room = useSignal(roomOf(location.href) ?? pass?.room ?? kept.room);
  const asksPassword = useSignal(false);
  const problem = useSignal(alert);
  const busy = useSignal(false);
  useEffect(() => {
    document.title = 'Atrium';
    void media.open();
    // A keyboard that pops up on a phone would hide half of the page.
    if (matchMedia('(pointer: fine)').matches && !name.current?.value) name.current?.focus();
    const changed = (): void => {
      room.value = roomOf(location.href) ?? room.value;
    };
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('hashchange', changed);
    };
  }, [media, room]);
  const submit = async (listenOnly: boolean): Promise<void> => {
    const wish = {
      ...{ name: name.current?.value.trim() ?? '', room: room.value.trim(), listenOnly },
      ...{ token: pass?.token ?? '', password: password.current?.value ?? '' },
    };
    if (wish.name === '' || wish.room === '') {
      problem.value = wish.name === '' ? words().join.nameMissing : words().join.roomMissing;
      document.getElementById(wish.name === '' ? 'name' : 'room')?.focus();
      return;
    }
    problem.value = undefined;
    busy.value = true;
    try {
      remember({ name: wish.name, room: wish.room });
      await join(wish);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'password') {
        problem.value = passwordText(wish.password);
        asksPassword.value = true;
        password.current?.select();
      } else {
        problem.value = explainJoin(error, wish.name);
        name.current?.focus();
      }
    } finally {
      busy.value = false;
    }
  };
  const hasDevices = media.stream.value !== undefined || media.opening.value;
  return (
    <main class="join-page">
      <div class="join-head">
        <Brand />
        <LanguageChoice />
      </div>
      <div class="join-body">
        <Preview media={media} />
        <div class="join-side">
          {knock && <Lobby knock={knock} />}
          <form
            class="join-form"
            hidden={knock !== undefined}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void submit(false);
            }}
          >
            <h1>{texts.title}</h1>
            <p class="lead">{texts.lead}</p>
            {problem.value !== undefined && (
              <p class="alert" role="alert">
                {problem.value}
              </p>
            )}
            <label class="field">
              <span>{texts.name}</span>
              <input
                id="name"
                ref={name}
                name="name"
                autocomplete="nickname"
                maxLength={40}
                required
                placeholder={texts.nameExample}
                defaultValue={pass?.name ?? kept.name}
                readOnly={pass?.name !== undefined}
                aria-describedby={pass?.name === undefined ? undefined : 'name-hint'}
              />
              {pass?.name !== undefined && (
                <span class="field-hint" id="name-hint">
                  {texts.nameInvited}
                </span>
              )}
            </label>
            <label class="field">
              <span>{texts.room}</span>
              <input
                id="room"
                name="room"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                maxLength={60}
                required
                placeholder={texts.roomExample}
                value={room.value}
                onInput={(event) => (room.value = event.currentTarget.value)}
              />
            </label>
            {asksPassword.value && (
              <label class="field">
                <span>{texts.password}</span>
                <input
                  ref={(element) => {
                    if (element && !password.current) element.focus();
                    password.current = element;
                  }}
                  id="password"
                  name="room-password"
                  type="password"
                  autocomplete="off"
                />
              </label>
            )}
            <button class="primary" type="submit" disabled={busy.value}>
              {busy.value ? texts.joining : texts.join}
            </button>
            {hasDevices && (
              <button class="plain" type="button" disabled={busy.value} onClick={() => void submit(true)}>
                {texts.listen}
              </button>
            )}
          </form>
          {!knock && (
            <Rooms
              chosen={(picked) => {
                room.value = picked;
                document.getElementById(name.current?.value ? 'room' : 'name')?.focus();
              }}
            />
          )}
        </div>
      </div>
    </main>
  );
}

/** @param given empty: the user did not know that one is asked for */
function passwordText(given: string): string {
  return given === '' ? words().join.passwordNeeded : words().join.passwordWrong;
}
