import type { Call } from '../model/call.js';
import { WaitingPerson } from './waiting-person.js';

/** What wants an answer of the user, above the pictures. */
export function Notices({ call }: { readonly call: Call }) {
  const [first, ...more] = call.house.waiting.value;
  const wish = call.unmuteWish.value;
  // The list of people has them too.
  const knock = call.panel.value === 'people' ? undefined : first;
  return (
    <section class="notices" aria-label="Requests" aria-live="polite">
      {knock && (
        <div class="notice">
          <WaitingPerson house={call.house} person={knock} />
          {more.length > 0 && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                call.show('people');
              }}
            >
              Show {more.length} more
            </button>
          )}
        </div>
      )}
      {wish && (
        <div class="notice">
          <p class="notice-text">
            {wish.by} asks you to turn on your {wish.kinds.map((kind) => words[kind]).join(' and ')}.
          </p>
          <div class="notice-buttons">
            <button type="button" class="primary" onClick={() => void call.grantUnmute()}>
              Turn on
            </button>
            <button type="button" class="plain" onClick={() => (call.unmuteWish.value = undefined)}>
              Not now
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

const words = { audio: 'microphone', video: 'camera' } as const;
