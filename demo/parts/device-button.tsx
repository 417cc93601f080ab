import type { DeviceKind, LocalMedia } from '../model/local-media.js';
import { useVoice } from './voice.js';
import { ToolButton } from './tool-button.js';

const looks = { camera: { icon: 'camera', key: 'v' }, microphone: { icon: 'mic', key: 'm' } } as const;

export interface DeviceButtonProps {
  readonly kind: DeviceKind;
  readonly media: LocalMedia;
  readonly withShortcut?: boolean;
  /** A moderator has muted it. */
  readonly cut?: boolean;
  readonly onClick: () => void;
}

/** Shows whether a device is on, and toggles it. Its name stays; whether it is pressed says whether the device is on. */
export function DeviceButton({ kind, media, withShortcut = false, cut = false, onClick }: DeviceButtonProps) {
  const { words } = useVoice();
  const state = media.state(kind);
  const { icon, key } = looks[kind];
  const texts = words().devices;
  const tip = texts.press[kind][state];
  const note = cut ? texts.cut : state === 'missing' ? tip : undefined;
  return (
    <ToolButton
      icon={state === 'on' && !cut ? icon : `${icon}-off`}
      label={texts[kind]}
      tip={cut ? `${tip}. ${texts.cut}` : tip}
      {...(note !== undefined && { note })}
      {...(withShortcut && { shortcut: key })}
      state={cut && state === 'on' ? 'off' : state}
      pressed={state === 'on'}
      busy={media.isOpening(kind)}
      onClick={onClick}
    />
  );
}
