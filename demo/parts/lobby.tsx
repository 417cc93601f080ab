import { useEffect, useRef } from 'preact/hooks';
import type { Room } from '../../client/index.js';

/** The user waits to be let into a room. */
export interface Knock {
  readonly room: Room;
  /** Among those that wait, from 1. */
  readonly place: number | undefined;
}

/** What the user sees while they wait. */
export function Lobby({ knock }: { readonly knock: Knock }) {
  const { room, place } = knock;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, [room]);
  return (
    <section class="lobby" aria-labelledby="lobby-title">
      <span class="spinner" aria-hidden="true" />
      <h1 id="lobby-title" tabIndex={-1} ref={heading}>
        Waiting to be let in
      </h1>
      <p role="status">
        A moderator of {room.name} has been asked. You come in as soon as they say yes; keep this page open.
        {place !== undefined && place > 1 && ` There are ${place - 1} before you.`}
      </p>
      <button type="button" class="plain" onClick={() => void room.leave()}>
        Do not wait
      </button>
    </section>
  );
}
