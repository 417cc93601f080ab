import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { arrange } from '../model/layout.js';
import { Tile } from './tile.js';

/** The grid of tiles: as large as fits, never scrolling. */
export function Stage({ call }: { readonly call: Call }) {
  const frame = useRef<HTMLElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const style = getComputedStyle(element);
      size.value = {
        width: element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
        height: element.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
      };
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [size]);
  const people = call.people.value;
  const gap = size.value.width < 700 ? 8 : 12;
  const pinned = call.pinned.value;
  const { columns, tile } = pinned ? { columns: 1, tile: size.value } : arrange(people.length, size.value, gap);
  const soundOn = (): void => {
    call.soundBlocked.value = false;
    for (const video of frame.current?.querySelectorAll('video') ?? []) void video.play();
  };
  return (
    <main id="stage" class="stage" ref={frame}>
      <ul
        class={pinned ? 'tiles one' : 'tiles'}
        aria-label="In this room"
        style={{
          '--tile-width': `${tile.width}px`,
          '--tile-height': `${tile.height}px`,
          // Without this, flowing rows could take one tile more than the layout has computed.
          maxWidth: `${columns * tile.width + (columns - 1) * gap}px`,
        }}
      >
        {people.map((person) => (
          <Tile
            key={person}
            person={person}
            mirrored={person.own && !call.sharing.value}
            pinned={person === pinned}
            pin={() => (call.pinned.value = person === pinned ? undefined : person)}
            soundBlocked={() => (call.soundBlocked.value = true)}
          />
        ))}
      </ul>
      {people.length === 1 && <p class="alone">Nobody else is here yet. Copy the invitation and send it to them.</p>}
      {call.reconnecting.value && (
        <p class="banner" role="status">
          <span class="spinner" aria-hidden="true" />
          The connection to the server is lost. Reconnecting …
        </p>
      )}
      {call.soundBlocked.value && (
        <button type="button" class="primary sound" onClick={soundOn}>
          Turn on sound
        </button>
      )}
    </main>
  );
}
