import type { ComponentChildren } from 'preact';
import { Icon } from './icon.js';
import type { IconName } from './icons.js';

export interface ToolButtonProps {
  readonly icon: IconName;
  /** What it does, for eyes and for screen readers. */
  readonly label: string;
  /** In place of the label, for eyes: where that would be too long. */
  readonly tip?: string;
  /** The key that does the same while nobody is typing. */
  readonly shortcut?: string;
  /** For screen readers, after the name. */
  readonly note?: string;
  readonly class?: string;
  readonly state?: 'on' | 'off' | 'missing';
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly controls?: string;
  readonly hasPopup?: 'dialog' | 'menu';
  readonly disabled?: boolean;
  /** It does nothing at the moment, and keeps the focus. */
  readonly busy?: boolean;
  readonly onClick: () => void;
  readonly children?: ComponentChildren;
}

/** A round button with an icon and a tooltip. */
export function ToolButton(props: ToolButtonProps) {
  const {
    icon,
    label,
    tip = label,
    shortcut,
    note,
    state,
    pressed,
    expanded,
    controls,
    hasPopup,
    disabled = false,
    busy = false,
    onClick,
    children,
  } = props;
  return (
    <button
      type="button"
      class={`round ${props.class ?? ''}`}
      data-state={state}
      data-tip={shortcut ? `${tip} (${shortcut.toUpperCase()})` : tip}
      aria-label={label}
      aria-description={note}
      aria-busy={busy || undefined}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      aria-haspopup={hasPopup}
      aria-expanded={expanded}
      aria-controls={controls}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
