import type { Waiting } from '../../client/index.js';
import type { House } from '../model/house.js';
import { useVoice } from './voice.js';
import { Within } from './within.js';
import { focusFirst, ownTree } from './own-tree.js';

/** Somebody who waits, for a moderator to let in. */
export function WaitingPerson({ house, person }: { readonly house: House; readonly person: Waiting }) {
  const { words } = useVoice();
  const decide = async (button: Element, decision: Promise<void>): Promise<void> => {
    const tree = ownTree(button);
    await decision;
    // The button that had the focus is gone with the person.
    focusFirst(tree, '.people-body', '[aria-controls="people-panel"]');
  };
  const { moderation } = words();
  return (
    <>
      <p class="notice-text">
        <Within text={moderation.wantsIn}>
          <b>{person.name}</b>
        </Within>
      </p>
      <div class="notice-buttons">
        <button
          type="button"
          class="primary"
          aria-label={moderation.admitPerson(person.name)}
          onClick={({ currentTarget }) => void decide(currentTarget, house.admit(person))}
        >
          {moderation.admit}
        </button>
        <button
          type="button"
          class="plain"
          aria-label={moderation.denyPerson(person.name)}
          onClick={({ currentTarget }) => void decide(currentTarget, house.deny(person))}
        >
          {moderation.deny}
        </button>
      </div>
    </>
  );
}
