import { useEffect, useRef } from 'preact/hooks';
import type { Room } from '../../client/index.js';
import { useVoice } from './voice.js';

/** The user waits to be let into a room. */
export interface Knock {
  readonly room: Room;
  /** Among those that wait, from 1. */
  readonly place: number | undefined;
}

/** What the user sees while they wait. */
export function Lobby({ knock }: { readonly knock: Knock }) {
  const { words } = useVoice();
  const { room, place } = knock;
  const { lobby } = words();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, [room]);
  return (
    <section class="lobby" aria-labelledby="lobby-title">
      <span class="spinner" aria-hidden="true" />
      <h1 id="lobby-title" tabIndex={-1} ref={heading}>
        {lobby.title}
      </h1>
      <p role="status">
        {lobby.asked(room.name)}
        {place !== undefined && place > 1 && ` ${lobby.before(place - 1)}`}
      </p>
      <button type="button" class="plain" onClick={() => void room.leave()}>
        {lobby.stop}
      </button>
    </section>
  );
}
