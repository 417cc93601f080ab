import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';

const everyMs = 5000;

/** Asks the server again and again while the part is shown. `secret`: it does not tell, and is not asked any more. */
export function usePolling<Value>(
  ask: () => Promise<Value | 'secret' | undefined>,
  inputs: readonly unknown[],
): Value | undefined {
  const value = useSignal<Value | undefined>(undefined);
  useEffect(() => {
    let isOver = false;
    value.value = undefined;
    const refresh = (): void => {
      void ask().then((found) => {
        if (isOver) return;
        if (found === 'secret') clearInterval(timer);
        else value.value = found ?? value.value;
      });
    };
    const timer = setInterval(refresh, everyMs);
    refresh();
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, inputs);
  return value.value;
}
