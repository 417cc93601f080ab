/**
 * Keeps the screen on, where the browser can. It lets the screen go off while the page is hidden, so it is asked again when the page is
 * seen again. Returns a function that ends it.
 */
export function keepAwake(page: Document = document, { wakeLock }: WakeLocks = navigator): () => void {
  let lock: WakeLockSentinel | undefined;
  let over = false;
  const take = async (): Promise<void> => {
    if (page.visibilityState !== 'visible') return;
    // A phone that saves power refuses.
    const taken = await wakeLock?.request('screen').catch(() => undefined);
    if (over) void taken?.release();
    else lock = taken ?? lock;
  };
  const seen = (): void => void take();
  page.addEventListener('visibilitychange', seen);
  void take();
  return () => {
    over = true;
    page.removeEventListener('visibilitychange', seen);
    void lock?.release();
  };
}

/** Some browsers have none. */
interface WakeLocks {
  readonly wakeLock?: WakeLock;
}
