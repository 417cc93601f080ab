import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { focusFirst, ownTree } from './own-tree.js';
import { popoverId } from './popover.js';
import { ToolButton } from './tool-button.js';

export interface CallDialogProps {
  readonly call: Call;
  readonly title: string;
  readonly closeLabel: string;
  readonly children: ComponentChildren;
}

/** Lies over the call until it is closed; the rest of the page waits. The focus goes back to the button of the menu. */
export function CallDialog({ call, title, closeLabel, children }: CallDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return undefined;
    const tree = ownTree(element);
    element.showModal();
    return () => {
      element.close();
      focusFirst(tree, `[aria-controls="${popoverId('more')}"]`);
    };
  }, []);
  const close = (): void => {
    call.dialog.value = undefined;
  };
  return (
    <dialog
      class="call-dialog"
      aria-labelledby="call-dialog-title"
      ref={dialog}
      onClose={close}
      onClick={({ target, currentTarget }) => {
        // Outside of what is drawn in it.
        if (target === currentTarget) close();
      }}
    >
      <div class="call-dialog-body">
        <div class="panel-head">
          <h2 id="call-dialog-title">{title}</h2>
          <ToolButton icon="close" label={closeLabel} class="small" onClick={close} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
