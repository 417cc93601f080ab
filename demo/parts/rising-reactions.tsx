import type { Box, Place } from '../model/layout.js';
import type { Picture } from '../model/picture.js';
import type { Reaction } from '../model/reactions.js';
import { ReactionIcon } from './reaction-icon.js';
import { nameOf, type RisingReactionsProps } from './reactions.js';

/** So many rise side by side. */
const lanes = 5;
/** So many of people who are not in sight. */
const mostAway = 4;

/** Each rises over the picture of its sender. Those of people who are not in sight have a name, and are in the corner. */
export function Rising({ call, places }: RisingReactionsProps) {
  const all = call.reactions.shown.value.map((reaction) => ({ reaction, box: boxOf(reaction, places) }));
  return (
    <div class="reactions" aria-hidden="true">
      {all.map(({ reaction, box }) => box && <RisingReaction key={reaction.id} {...{ reaction, box }} />)}
      <div class="reactions-away">
        {all
          .filter(({ box }) => !box)
          .slice(-mostAway)
          .map(({ reaction }) => (
            <span key={reaction.id} class="reaction away" data-from={reaction.from}>
              <ReactionIcon kind={reaction.kind} />
              <span>{nameOf(call, reaction)}</span>
            </span>
          ))}
      </div>
    </div>
  );
}

function RisingReaction({ reaction: { id, from, kind }, box }: { readonly reaction: Reaction; readonly box: Box }) {
  const { left, top, width, height } = box;
  const lane = (id % lanes) / (lanes - 1);
  const style = {
    left: `${left + width * (0.2 + 0.6 * lane)}px`,
    top: `${top + height}px`,
    '--rise': `${-0.65 * height}px`,
    '--size': `${Math.min(48, height / 3)}px`,
  };
  return (
    <span class="reaction" data-from={from} style={style}>
      <ReactionIcon kind={kind} />
    </span>
  );
}

function boxOf({ from }: Reaction, places: readonly Place<Picture>[]): Box | undefined {
  const own = places.filter(({ picture }) => picture.person.id === from);
  return (own.find(({ picture }) => !picture.isScreen) ?? own[0])?.box;
}
