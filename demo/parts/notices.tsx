import type { Call, UnmuteWish } from '../model/call.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { later } from './later.js';
import { WaitingPerson } from './waiting-person.js';

const MediaTrouble = later(async () => (await import('./media-trouble.js')).MediaTrouble);

/** What wants an answer of the user, above the pictures. */
export function Notices({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { moderation } = words();
  const [first, ...more] = call.house.waiting.value;
  const wish = call.unmuteWish.value;
  // The list of people has them too.
  const knock = call.panel.value === 'people' ? undefined : first;
  return (
    <section class="notices" aria-label={moderation.requests} aria-live="polite">
      {call.trouble.reason.value && <MediaTrouble call={call} />}
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
              {moderation.moreWaiting(more.length)}
            </button>
          )}
        </div>
      )}
      {wish && (
        <div class="notice">
          <p class="notice-text">{wishText(wish, words())}</p>
          <div class="notice-buttons">
            <button type="button" class="primary" onClick={() => void call.grantUnmute()}>
              {moderation.turnOn}
            </button>
            <button type="button" class="plain" onClick={() => (call.unmuteWish.value = undefined)}>
              {moderation.notNow}
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function wishText({ by, kinds }: UnmuteWish, { moderation }: Words): string {
  if (kinds.length > 1) return moderation.asksBoth(by);
  return kinds.includes('video') ? moderation.asksCamera(by) : moderation.asksMicrophone(by);
}
