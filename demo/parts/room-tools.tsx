import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { useVoice } from './voice.js';
import { ToolButton } from './tool-button.js';

/** What a moderator can do about the room. */
export function RoomTools({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { house } = call;
  const { moderation } = words();
  const open = useSignal(false);
  const ending = useSignal(false);
  const settings = house.settings.value;
  const someCut = call.others.value.some((person) => person.isCut('audio'));
  return (
    <section class="room-tools" aria-labelledby="room-tools-title">
      <div class="person-row">
        <h3 id="room-tools-title">{moderation.title}</h3>
        <ToolButton
          icon="more"
          label={moderation.room}
          class="small"
          expanded={open.value}
          controls="room-tools"
          onClick={() => (open.value = !open.value)}
        />
      </div>
      {open.value && (
        <div id="room-tools" class="tools" role="group" aria-label={moderation.room}>
          <Switch
            label={moderation.lock}
            on={settings?.locked ?? false}
            toggle={(locked) => void house.update({ locked })}
          />
          <Switch
            label={moderation.waitingRoom}
            on={settings?.waitingRoom ?? false}
            toggle={(waitingRoom) => void house.update({ waitingRoom })}
          />
          <Switch
            label={moderation.muteOnEntry}
            on={settings?.mutedOnEntry ?? false}
            toggle={(mutedOnEntry) => void house.update({ mutedOnEntry })}
          />
          <PasswordForm call={call} />
          <button type="button" class="tool" onClick={() => void house.muteAll(true)}>
            {moderation.muteAll}
          </button>
          {someCut && (
            <button type="button" class="tool" onClick={() => void house.muteAll(false)}>
              {moderation.letAllSpeak}
            </button>
          )}
          {call.hands.value.length > 0 && (
            <button type="button" class="tool" onClick={() => void house.lowerHand('all')}>
              {moderation.lowerHands}
            </button>
          )}
          {ending.value ? (
            <EndForAll end={() => void house.endForAll()} cancel={() => (ending.value = false)} />
          ) : (
            <button type="button" class="tool danger" onClick={() => (ending.value = true)}>
              {moderation.endForAll}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly toggle: (on: boolean) => void;
}

function Switch({ label, on, toggle }: SwitchProps) {
  return (
    <button
      type="button"
      class="tool switch"
      role="switch"
      aria-checked={on}
      onClick={() => {
        toggle(!on);
      }}
    >
      {label}
    </button>
  );
}

/** Empty takes the password away. */
function PasswordForm({ call: { house, toasts } }: { readonly call: Call }) {
  const { words } = useVoice();
  const input = useRef<HTMLInputElement>(null);
  const { moderation } = words();
  const has = house.settings.value?.hasPassword ?? false;
  const set = async (password: string): Promise<void> => {
    if (!(await house.update({ password }))) return;
    if (input.current) input.current.value = '';
    toasts.show(password === '' ? words().moderation.passwordRemoved : words().moderation.passwordSet);
  };
  return (
    <form
      class="password-form"
      onSubmit={(event) => {
        event.preventDefault();
        const password = input.current?.value ?? '';
        if (password !== '') void set(password);
      }}
    >
      <label class="field">
        <span>{has ? moderation.otherPassword : moderation.password}</span>
        <input ref={input} type="text" autocomplete="off" spellcheck={false} maxLength={100} />
      </label>
      <button type="submit" class="tool">
        {moderation.setPassword}
      </button>
      {has && (
        <button type="button" class="tool" onClick={() => void set('')}>
          {moderation.removePassword}
        </button>
      )}
    </form>
  );
}

/** Asks before the call ends for everybody. */
function EndForAll({ end, cancel }: { readonly end: () => void; readonly cancel: () => void }) {
  const { words } = useVoice();
  const careful = useRef<HTMLButtonElement>(null);
  const { moderation } = words();
  useLayoutEffect(() => {
    careful.current?.focus();
  }, []);
  return (
    <>
      <button type="button" class="tool danger" onClick={end}>
        {moderation.endNow}
      </button>
      <button type="button" class="tool" ref={careful} onClick={cancel}>
        {moderation.cancel}
      </button>
    </>
  );
}
