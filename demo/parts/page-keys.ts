import { ownTree } from './own-tree.js';

/** The trees of the calls of this page, each with what it does for a key. */
const calls = new Map<Document | ShadowRoot, (event: KeyboardEvent) => void>();

/**
 * Listens for the keys of a call: those that are pressed in it, and those that are pressed anywhere on the page while it is the only
 * call there. Returns a function that ends it.
 * @param part any part of the call
 */
export function listenForKeys(part: Element, pressed: (event: KeyboardEvent) => void): () => void {
  if (calls.size === 0) document.addEventListener('keydown', dispatch);
  const tree = ownTree(part);
  calls.set(tree, pressed);
  return () => {
    calls.delete(tree);
    if (calls.size === 0) document.removeEventListener('keydown', dispatch);
  };
}

function dispatch(event: KeyboardEvent): void {
  const path = event.composedPath();
  const [only, ...others] = calls.values();
  const inside = [...calls].find(([tree]) => tree instanceof ShadowRoot && path.includes(tree));
  if (inside) inside[1](event);
  else if (others.length === 0) only?.(event);
}
