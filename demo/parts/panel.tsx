import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Call, PanelName } from '../model/call.js';
import { focusFirst, ownTree } from './own-tree.js';
import { popoverId } from './popover.js';
import { ToolButton } from './tool-button.js';

export interface PanelProps {
  readonly call: Call;
  readonly name: PanelName;
  readonly title: string;
  readonly closeLabel: string;
  readonly children: ComponentChildren;
}

/** A panel beside the stage, one at a time. Escape closes it and moves the focus back to its button. */
export function Panel({ call, name, title, closeLabel, children }: PanelProps) {
  const panel = useRef<HTMLElement>(null);
  const close = (): void => {
    if (panel.current) {
      const more = `[aria-controls="${popoverId('more')}"]`;
      focusFirst(ownTree(panel.current), `[aria-controls="${name}-panel"]`, more);
    }
    call.show(undefined);
  };
  return (
    <aside
      ref={panel}
      id={`${name}-panel`}
      part="panel"
      class="panel"
      aria-labelledby={`${name}-title`}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div class="panel-head">
        <h2 id={`${name}-title`}>{title}</h2>
        <ToolButton icon="close" label={closeLabel} class="small" onClick={close} />
      </div>
      {children}
    </aside>
  );
}
