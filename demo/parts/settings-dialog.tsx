import type { Signal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { callKeys } from '../model/keys.js';
import { themes } from '../model/preferences.js';
import { useVoice } from './voice.js';
import { CallDialog } from './call-dialog.js';
import { CameraChoice, SoundChoice } from './device-menu.js';
import { LanguageChoice } from './language-choice.js';

export function SettingsDialog({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { preferences } = call;
  const texts = words().settings;
  return (
    <CallDialog call={call} title={texts.title} closeLabel={texts.close}>
      <div class="settings" tabIndex={0} role="group" aria-label={texts.title}>
        <fieldset class="device-choice in-line">
          <legend>{texts.theme}</legend>
          {themes.map((theme) => (
            <label key={theme} class="option">
              <input
                type="radio"
                name="theme"
                checked={preferences.theme.value === theme}
                onChange={() => (preferences.theme.value = theme)}
              />
              <span>{texts.themes[theme]}</span>
            </label>
          ))}
        </fieldset>
        <div class="setting">
          <span aria-hidden="true">{texts.language}</span>
          <LanguageChoice />
        </div>
        <Switch label={texts.shortcuts} on={preferences.shortcuts} />
        <Switch label={texts.sounds} on={preferences.sounds} />
        <CameraChoice call={call} />
        <SoundChoice call={call} />
      </div>
    </CallDialog>
  );
}

function Switch({ label, on }: { readonly label: string; readonly on: Signal<boolean> }) {
  return (
    <button
      type="button"
      class="tool switch"
      role="switch"
      aria-checked={on.value}
      onClick={() => (on.value = !on.value)}
    >
      {label}
    </button>
  );
}

/** What the keys do. */
export function KeysDialog({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const texts = words().settings;
  const able = { hat: call.hasHat, hand: call.hasHands };
  const shown = callKeys.filter(({ does }) => !(does in able) || able[does as keyof typeof able]);
  return (
    <CallDialog call={call} title={texts.keys} closeLabel={texts.closeKeys}>
      <div class="settings" tabIndex={0} role="group" aria-label={texts.keys}>
        {!call.preferences.shortcuts.value && <p>{texts.keysOff}</p>}
        <dl class="keys">
          {shown.map(({ key, withControl, does }) => (
            <div key={does}>
              <dt>
                <kbd>{key === 'escape' ? 'Esc' : key.toUpperCase()}</kbd>
                {withControl && <kbd>{`${controlKey()} ${withControl.toUpperCase()}`}</kbd>}
              </dt>
              <dd>{texts.does[does]}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>←</kbd>
              <kbd>→</kbd>
            </dt>
            <dd>{texts.does.arrows}</dd>
          </div>
        </dl>
      </div>
    </CallDialog>
  );
}

function controlKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
}
