import type { DeviceKind, LocalMedia } from '../model/local-media.js';
import { ToolButton } from './tool-button.js';

const words = {
  camera: { icon: 'camera', key: 'v', on: 'Turn camera off', off: 'Turn camera on', missing: 'No camera: try again' },
  microphone: {
    icon: 'mic',
    key: 'm',
    on: 'Mute microphone',
    off: 'Unmute microphone',
    missing: 'No microphone: try again',
  },
} as const;

export interface DeviceButtonProps {
  readonly kind: DeviceKind;
  readonly media: LocalMedia;
  readonly withShortcut?: boolean;
  /** A moderator has muted it. */
  readonly cut?: boolean;
  readonly onClick: () => void;
}

/** Shows whether a device is on, and toggles it. */
export function DeviceButton({ kind, media, withShortcut = false, cut = false, onClick }: DeviceButtonProps) {
  const state = media.state(kind);
  const { icon, key, ...labels } = words[kind];
  return (
    <ToolButton
      icon={state === 'on' && !cut ? icon : `${icon}-off`}
      label={cut ? `${labels[state]}. A moderator has muted it` : labels[state]}
      {...(withShortcut && { shortcut: key })}
      state={cut && state === 'on' ? 'off' : state}
      pressed={state === 'on'}
      disabled={media.opening.value}
      onClick={onClick}
    />
  );
}
