import { useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import type { Place } from '../model/layout.js';
import type { Picture } from '../model/picture.js';
import { reactionKinds, type Reaction } from '../model/reactions.js';
import { useVoice } from './voice.js';
import { Popover } from './popover.js';
import { ReactionIcon } from './reaction-icon.js';
import { useRoving } from './roving.js';

/** So many rise side by side. */
const lanes = 5;

/** It stays open: applause is more than one clap. */
export function ReactionMenu({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const inner = useRef<HTMLDivElement>(null);
  useRoving(inner);
  return (
    <Popover call={call} name="reactions" label={words().reactions.title} role="menu" inner={inner}>
      <ReactionButtons call={call} />
    </Popover>
  );
}

export function ReactionButtons({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { kinds } = words().reactions;
  return (
    <div class="reaction-buttons" role="none">
      {reactionKinds.map((kind) => (
        <button
          key={kind}
          type="button"
          class="reaction-button"
          role="menuitem"
          aria-label={kinds[kind]}
          title={kinds[kind]}
          onClick={() => {
            void call.react(kind);
            // The sheet of a phone covers the pictures.
            if (call.menu.value === 'more') call.menu.value = undefined;
          }}
        >
          <ReactionIcon kind={kind} />
        </button>
      ))}
    </div>
  );
}

export interface RisingReactionsProps {
  readonly call: Call;
  readonly places: readonly Place<Picture>[];
}

/** Each rises over the picture of its sender. Those of people who are not in sight have a name, and rise in the corner. */
export function RisingReactions({ call, places }: RisingReactionsProps) {
  return (
    <div class="reactions" aria-hidden="true">
      {call.reactions.shown.value.map((reaction) => {
        const box = boxOf(reaction, places);
        const lane = (reaction.id % lanes) / (lanes - 1);
        return (
          <span
            key={reaction.id}
            class={box ? 'reaction' : 'reaction away'}
            data-from={reaction.from}
            style={
              box && {
                left: `${box.left + box.width * (0.2 + 0.6 * lane)}px`,
                top: `${box.top + box.height}px`,
                '--rise': `${-0.75 * box.height}px`,
                '--size': `${Math.min(48, box.height / 3)}px`,
              }
            }
          >
            <ReactionIcon kind={reaction.kind} />
            {!box && <span>{nameOf(call, reaction)}</span>}
          </span>
        );
      })}
    </div>
  );
}

/** For those that do not see them. */
export function SaidReactions({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const news = call.reactions.news.value;
  const { said, kinds } = words().reactions;
  return (
    <div class="unseen" role="status">
      {news && <p key={news.id}>{said(nameOf(call, news), kinds[news.kind])}</p>}
    </div>
  );
}

function boxOf({ from }: Reaction, places: readonly Place<Picture>[]) {
  const own = places.filter(({ picture }) => picture.person.id === from);
  return (own.find(({ picture }) => !picture.isScreen) ?? own[0])?.box;
}

function nameOf({ people }: Call, { from }: Reaction): string {
  return people.value.find(({ id }) => id === from)?.name ?? from;
}
