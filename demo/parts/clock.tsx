import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { useVoice } from './voice.js';

/** How often it is read, in ms. */
const tickMs = 5000;

/** The time of day. */
export function Clock() {
  const { language } = useVoice();
  const now = useSignal(new Date());
  useEffect(() => {
    const timer = setInterval(() => (now.value = new Date()), tickMs);
    return () => {
      clearInterval(timer);
    };
  }, [now]);
  const text = now.value.toLocaleTimeString(language, { hour: 'numeric', minute: '2-digit' });
  return <time class="clock">{text}</time>;
}
