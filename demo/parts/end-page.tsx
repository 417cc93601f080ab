import { useEffect, useRef } from 'preact/hooks';
import type { Ending } from '../model/explain.js';
import { words } from '../words/words.js';
import { Brand, Icon } from './icon.js';

/** The user is out of the room, and there is no way back. */
export function EndPage({ ending }: { readonly ending: Ending }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = 'Atrium';
    heading.current?.focus();
  }, [ending]);
  return (
    <main class="end-page">
      <Brand />
      <div class="end-card">
        <Icon name="leave" />
        <h1 tabIndex={-1} ref={heading}>
          {ending.title}
        </h1>
        <p>{ending.text}</p>
        <p class="person-note">{words().end.devicesOff}</p>
      </div>
    </main>
  );
}
