import type { Call, MenuName } from '../model/call.js';
import { Icon } from './icon.js';
import { popoverId } from './popover.js';

export interface MenuButtonProps {
  readonly call: Call;
  readonly name: MenuName;
  readonly label: string;
  readonly opens: 'dialog' | 'menu';
}

/** The small arrow beside a button, which opens more. */
export function MenuButton({ call, name, label, opens }: MenuButtonProps) {
  const isOpen = call.menu.value === name;
  return (
    <button
      type="button"
      class="split-arrow wide-only"
      aria-label={label}
      aria-haspopup={opens}
      aria-expanded={isOpen}
      aria-controls={popoverId(name)}
      title={label}
      onClick={() => {
        call.menu.value = isOpen ? undefined : name;
      }}
    >
      <Icon name="down" />
    </button>
  );
}
