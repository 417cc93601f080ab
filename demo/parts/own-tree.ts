/**
 * The tree that a part is drawn in: the shadow root of its call, or the document. Parts look nothing up in `document`, where the parts
 * of a call are not found, and where those of another call might be.
 */
export function ownTree(element: Element): Document | ShadowRoot {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root : element.ownerDocument;
}

/** Moves the focus to the first of these that is seen. */
export function focusFirst(tree: Document | ShadowRoot, ...selectors: readonly string[]): void {
  for (const selector of selectors) {
    const found = tree.querySelector<HTMLElement>(selector);
    if (found && found.offsetParent !== null) {
      found.focus();
      return;
    }
  }
}
