import type { Waiting } from '../../client/index.js';
import type { House } from '../model/house.js';
import { words } from '../words/words.js';
import { Within } from './within.js';

/** The button that had the focus is gone with the person. */
function moveFocus(): void {
  const [list, button] = ['.people-body', '[aria-controls="people-panel"]'];
  (document.querySelector<HTMLElement>(list) ?? document.querySelector<HTMLElement>(button))?.focus();
}

/** Somebody who waits, for a moderator to let in. */
export function WaitingPerson({ house, person }: { readonly house: House; readonly person: Waiting }) {
  const decide = async (decision: Promise<void>): Promise<void> => {
    await decision;
    moveFocus();
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
          onClick={() => void decide(house.admit(person))}
        >
          {moderation.admit}
        </button>
        <button
          type="button"
          class="plain"
          aria-label={moderation.denyPerson(person.name)}
          onClick={() => void decide(house.deny(person))}
        >
          {moderation.deny}
        </button>
      </div>
    </>
  );
}
