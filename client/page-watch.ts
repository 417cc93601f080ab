interface PageListener {
  /** The page goes away: it is closed, loaded again or left for another one. The browser may keep it. */
  readonly hidden: () => void;
  /** The browser had kept the page, and shows it again as it was (HTML §7.4.6.4, the back/forward cache). */
  readonly shownAgain: () => void;
}

/** Returns a function that ends the watch. */
export function watchPage({ hidden, shownAgain }: PageListener): () => void {
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) shownAgain();
  };
  globalThis.addEventListener('pagehide', hidden);
  globalThis.addEventListener('pageshow', onShow);
  return () => {
    globalThis.removeEventListener('pagehide', hidden);
    globalThis.removeEventListener('pageshow', onShow);
  };
}
