import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { liveRooms, type LiveRoom } from '../model/server.js';
import { words } from '../words/words.js';
import { Icon } from './icon.js';

const refreshMs = 5000;
const mostShown = 6;

/** The rooms in use, as the server lists them. */
export function Rooms({ chosen }: { readonly chosen: (room: string) => void }) {
  const rooms = useSignal<readonly LiveRoom[]>([]);
  const all = useSignal(false);
  useEffect(() => {
    const refresh = (): void => {
      void liveRooms().then((found) => {
        if (found === 'secret') clearInterval(timer);
        else rooms.value = found ?? rooms.value;
      });
    };
    const timer = setInterval(refresh, refreshMs);
    refresh();
    return () => {
      clearInterval(timer);
    };
  }, [rooms]);
  if (rooms.value.length === 0) return null;
  const { join } = words();
  const shown = all.value ? rooms.value : rooms.value.slice(0, mostShown);
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
      {rooms.value.length > shown.length && (
        <button type="button" class="plain" onClick={() => (all.value = true)}>
          {join.allRooms(rooms.value.length)}
        </button>
      )}
    </section>
  );
}
