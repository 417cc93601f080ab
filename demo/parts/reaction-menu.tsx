import { useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { reactionKinds } from '../model/reactions.js';
import { useVoice } from './voice.js';
import { Popover } from './popover.js';
import { ReactionIcon } from './reaction-icon.js';
import { useRoving } from './roving.js';

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
