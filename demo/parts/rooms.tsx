import { useSignal } from '@preact/signals';
import { liveRooms } from '../model/server.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import { usePolling } from './use-polling.js';

const mostShown = 6;

export interface RoomsProps {
  /** Of the user; empty: none. */
  readonly token: string;
  readonly chosen: (room: string) => void;
}

/** The rooms in use, as the server lists them for this user. */
export function Rooms({ token, chosen }: RoomsProps) {
  const { words } = useVoice();
  const rooms = usePolling(() => liveRooms(token), [token]) ?? [];
  const all = useSignal(false);
  if (rooms.length === 0) return null;
  const { join } = words();
  const shown = all.value ? rooms : rooms.slice(0, mostShown);
  return (
    <section class="rooms" aria-labelledby="rooms-title">
      <h2 id="rooms-title">{join.rooms}</h2>
      <ul>
        {shown.map(({ name, title, participants }) => (
          <li key={name}>
            <button
              type="button"
              class="room"
              onClick={() => {
                chosen(name);
              }}
            >
              <Icon name="rooms" />
              <span class="room-title">{title ?? name}</span>
              <span class="room-count">{join.people(participants)}</span>
            </button>
          </li>
        ))}
      </ul>
      {rooms.length > shown.length && (
        <button type="button" class="plain" onClick={() => (all.value = true)}>
          {join.allRooms(rooms.length)}
        </button>
      )}
    </section>
  );
}
