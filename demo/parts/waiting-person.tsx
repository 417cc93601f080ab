import type { Waiting } from '../../client/index.js';
import type { House } from '../model/house.js';

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
  return (
    <>
      <p class="notice-text">
        <b>{person.name}</b> wants to come in.
      </p>
      <div class="notice-buttons">
        <button
          type="button"
          class="primary"
          aria-label={`Admit ${person.name}`}
          onClick={() => void decide(house.admit(person))}
        >
          Admit
        </button>
        <button
          type="button"
          class="plain"
          aria-label={`Deny ${person.name}`}
          onClick={() => void decide(house.deny(person))}
        >
          Deny
        </button>
      </div>
    </>
  );
}
