import type { Call } from '../model/call.js';
import type { Place } from '../model/layout.js';
import type { Picture } from '../model/picture.js';
import type { Reaction } from '../model/reactions.js';
import { later } from './later.js';
import { useVoice } from './voice.js';

const Rising = later(async () => (await import('./rising-reactions.js')).Rising);

export interface RisingReactionsProps {
  readonly call: Call;
  readonly places: readonly Place<Picture>[];
}

/** Those that somebody has just sent. */
export function RisingReactions(props: RisingReactionsProps) {
  return props.call.reactions.shown.value.length > 0 ? <Rising {...props} /> : null;
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

/** Of its sender. */
export function nameOf({ people }: Call, { from }: Reaction): string {
  return people.value.find(({ id }) => id === from)?.name ?? from;
}
