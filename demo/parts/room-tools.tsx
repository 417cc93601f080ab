import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { toast } from '../model/toasts.js';
import { ToolButton } from './tool-button.js';

/** What a moderator can do about the room. */
export function RoomTools({ call }: { readonly call: Call }) {
  const { house } = call;
  const open = useSignal(false);
  const ending = useSignal(false);
  const settings = house.settings.value;
  const someCut = call.others.value.some((person) => person.isCut('audio'));
  return (
    <section class="room-tools" aria-labelledby="room-tools-title">
      <div class="person-row">
        <h3 id="room-tools-title">You moderate this room</h3>
        <ToolButton
          icon="more"
          label="Moderate the room"
          class="small"
          expanded={open.value}
          controls="room-tools"
          onClick={() => (open.value = !open.value)}
        />
      </div>
      {open.value && (
        <div id="room-tools" class="tools" role="group" aria-label="Moderate the room">
          <Switch
            label="Lock the room"
            on={settings?.locked ?? false}
            toggle={(locked) => void house.update({ locked })}
          />
          <Switch
            label="Waiting room"
            on={settings?.waitingRoom ?? false}
            toggle={(waitingRoom) => void house.update({ waitingRoom })}
          />
          <Switch
            label="Mute people who come in"
            on={settings?.mutedOnEntry ?? false}
            toggle={(mutedOnEntry) => void house.update({ mutedOnEntry })}
          />
          <PasswordForm call={call} />
          <button type="button" class="tool" onClick={() => void house.muteAll(true)}>
            Mute all
          </button>
          {someCut && (
            <button type="button" class="tool" onClick={() => void house.muteAll(false)}>
              Let all speak
            </button>
          )}
          {call.hands.value.length > 0 && (
            <button type="button" class="tool" onClick={() => void house.lowerHand('all')}>
              Lower all hands
            </button>
          )}
          {ending.value ? (
            <EndForAll end={() => void house.endForAll()} cancel={() => (ending.value = false)} />
          ) : (
            <button type="button" class="tool danger" onClick={() => (ending.value = true)}>
              End for all …
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
function PasswordForm({ call: { house } }: { readonly call: Call }) {
  const input = useRef<HTMLInputElement>(null);
  const has = house.settings.value?.hasPassword ?? false;
  const set = async (password: string): Promise<void> => {
    if (!(await house.update({ password }))) return;
    if (input.current) input.current.value = '';
    toast(password === '' ? 'The room has no password any more.' : 'The room has a password now.');
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
        <span>{has ? 'Another password' : 'Password for people who come in'}</span>
        <input ref={input} type="text" autocomplete="off" spellcheck={false} maxLength={100} />
      </label>
      <button type="submit" class="tool">
        Set password
      </button>
      {has && (
        <button type="button" class="tool" onClick={() => void set('')}>
          Remove password
        </button>
      )}
    </form>
  );
}

/** Asks before the call ends for everybody. */
function EndForAll({ end, cancel }: { readonly end: () => void; readonly cancel: () => void }) {
  const careful = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    careful.current?.focus();
  }, []);
  return (
    <>
      <button type="button" class="tool danger" onClick={end}>
        End the call for everybody now
      </button>
      <button type="button" class="tool" ref={careful} onClick={cancel}>
        Cancel
      </button>
    </>
  );
}
