import { useEffect, useRef } from 'preact/hooks';
import { useSignal, type Signal } from '@preact/signals';
import { ClientError } from '../../client/index.js';
import { homeOf } from '../model/address.js';
import { explainJoin } from '../model/explain.js';
import type { LocalMedia } from '../model/local-media.js';
import { newRoomName, nextName } from '../model/new-names.js';
import type { Pass } from '../model/pass.js';
import { recall, remember, type PresentCall } from '../model/remembered.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { PresenceLine } from './presence.js';
import { Within } from './within.js';

export interface JoinFormProps {
  readonly media: LocalMedia;
  readonly room: Signal<string>;
  /** The room is that of a link: the user does not choose it. */
  readonly isLinked: boolean;
  readonly isHidden: boolean;
  readonly alert: (() => string | undefined) | undefined;
  readonly pass: Pass | undefined;
  readonly join: (call: PresentCall) => Promise<void>;
}

const longestName = 40;

/** Name, room, and the button. */
export function JoinForm({ media, room, isLinked, isHidden, alert, pass, join }: JoinFormProps) {
  const { words } = useVoice();
  const kept = recall();
  const { join: texts } = words();
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const asksPassword = useSignal(false);
  /** Read when it is drawn, in the language of then. */
  const problem = useSignal(alert);
  const problemText = problem.value?.();
  /** The name is taken, and with this one the user could join as they wanted. */
  const offer = useSignal<{ readonly name: string; readonly listenOnly: boolean } | undefined>(undefined);
  const busy = useSignal(false);
  useEffect(() => {
    // A keyboard that pops up on a phone would hide half of the page.
    if (matchMedia('(pointer: fine)').matches && !name.current?.value) name.current?.focus();
  }, []);
  const submit = async (listenOnly: boolean, offered?: string): Promise<void> => {
    const wish = {
      ...{ name: offered ?? name.current?.value.trim() ?? '', room: room.value.trim(), listenOnly },
      ...{ token: pass?.token ?? '', password: password.current?.value ?? '' },
    };
    offer.value = undefined;
    if (wish.name === '' || wish.room === '') {
      problem.value = () => (wish.name === '' ? words().join.nameMissing : words().join.roomMissing);
      document.getElementById(wish.name === '' ? 'name' : 'room')?.focus();
      return;
    }
    problem.value = undefined;
    busy.value = true;
    try {
      // An offered name is for this call alone.
      remember({ room: wish.room, ...(offered === undefined && { name: wish.name }) });
      await join(wish);
    } catch (error) {
      explain(error, wish);
    } finally {
      busy.value = false;
    }
  };
  const explain = (error: unknown, wish: PresentCall): void => {
    const code = error instanceof ClientError ? error.code : undefined;
    problem.value = () => explainJoin(error, wish.name, words());
    if (code === 'password') {
      problem.value = () => passwordText(wish.password, words());
      asksPassword.value = true;
      password.current?.select();
    } else if (code === 'name-taken' && pass?.identity === undefined) {
      offer.value = { name: nextName(wish.name, longestName), listenOnly: wish.listenOnly };
    } else name.current?.focus();
  };
  const hasDevices = media.stream.value !== undefined || media.opening.value;
  return (
    <form
      class="join-form"
      hidden={isHidden}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit(false);
      }}
    >
      <h1>
        {isLinked ? (
          <Within text={texts.titleOf}>
            <em>{room.value}</em>
          </Within>
        ) : (
          texts.title
        )}
      </h1>
      {isLinked ? <PresenceLine room={room.value} token={pass?.token ?? ''} /> : <p class="lead">{texts.lead}</p>}
      {problemText !== undefined && (
        <p class="alert" role="alert">
          {problemText}
        </p>
      )}
      {offer.value && <Offer {...offer.value} take={submit} />}
      <label class="field">
        <span>{texts.name}</span>
        <input
          id="name"
          ref={name}
          name="name"
          autocomplete="nickname"
          maxLength={longestName}
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
      {!isLinked && <RoomField room={room} />}
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
      {isLinked && pass === undefined && (
        <a class="plain" href={homeOf(location.href)}>
          {texts.otherRoom}
        </a>
      )}
    </form>
  );
}

/** Suggests a room that nobody guesses. */
function RoomField({ room }: { readonly room: Signal<string> }) {
  const { words } = useVoice();
  const { join: texts } = words();
  return (
    <div class="room-field">
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
      <button type="button" class="secondary" onClick={() => (room.value = newRoomName())}>
        {texts.newRoom}
      </button>
    </div>
  );
}

interface OfferProps {
  readonly name: string;
  readonly listenOnly: boolean;
  readonly take: (listenOnly: boolean, name: string) => Promise<void>;
}

/** One click joins under a name that is free, as in a second tab. */
function Offer({ name, listenOnly, take }: OfferProps) {
  const { words } = useVoice();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    button.current?.focus();
  }, [name]);
  return (
    <button type="button" class="secondary" ref={button} onClick={() => void take(listenOnly, name)}>
      {words().join.joinAs(name)}
    </button>
  );
}

/** @param given empty: the user did not know that one is asked for */
function passwordText(given: string, { join }: Words): string {
  return given === '' ? join.passwordNeeded : join.passwordWrong;
}
