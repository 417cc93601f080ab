import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import type { Person } from '../model/person.js';
import { useVoice } from './voice.js';
import { focusFirst, ownTree } from './own-tree.js';

export interface PersonToolsProps {
  readonly id: string;
  readonly call: Call;
  readonly person: Person;
}

/** What a moderator can do about somebody. */
export function PersonTools({ id, call: { house }, person }: PersonToolsProps) {
  const { words } = useVoice();
  const removing = useSignal(false);
  const { name } = person;
  const { moderation } = words();
  const [silent, dark] = [person.isCut('audio'), person.isCut('video')];
  if (removing.value) {
    return <RemovalForm id={id} house={house} person={person} cancel={() => (removing.value = false)} />;
  }
  return (
    <div id={id} class="tools" role="group" aria-label={moderation.person(name)}>
      <button type="button" class="tool" onClick={() => void house.mute(person, 'audio', !silent)}>
        {silent ? moderation.letSpeak : moderation.mute}
      </button>
      <button type="button" class="tool" onClick={() => void house.mute(person, 'video', !dark)}>
        {dark ? moderation.letVideo : moderation.stopVideo}
      </button>
      {person.publishes.value && person.muted.value && !silent && (
        <button type="button" class="tool" onClick={() => void house.askToUnmute(person)}>
          {moderation.askToUnmute}
        </button>
      )}
      {person.handSince.value !== undefined && (
        <button type="button" class="tool" onClick={() => void house.lowerHand(person)}>
          {moderation.lowerHand}
        </button>
      )}
      <button type="button" class="tool" onClick={() => void house.makeModerator(person)}>
        {moderation.makeModerator}
      </button>
      <button type="button" class="tool danger" onClick={() => (removing.value = true)}>
        {moderation.removeAsk}
      </button>
    </div>
  );
}

interface RemovalFormProps {
  readonly id: string;
  readonly house: Call['house'];
  readonly person: Person;
  readonly cancel: () => void;
}

/** Asks before somebody is removed: there is no way back for them. */
function RemovalForm({ id, house, person, cancel: close }: RemovalFormProps) {
  const { words } = useVoice();
  const reason = useRef<HTMLInputElement>(null);
  const { moderation } = words();
  const cancel = (): void => {
    if (reason.current) focusFirst(ownTree(reason.current), `[aria-controls="${id}"]`);
    close();
  };
  // In the turn in which the form appears: a key that is pressed at once is meant for it.
  useLayoutEffect(() => {
    reason.current?.focus();
  }, []);
  const remove = (banMs: number): void => {
    void house.remove(person, { reason: reason.current?.value.trim() ?? '', banMs });
  };
  return (
    <form
      id={id}
      class="tools"
      aria-label={moderation.removePerson(person.name)}
      onSubmit={(event) => {
        event.preventDefault();
        remove(0);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        cancel();
      }}
    >
      <label class="field">
        <span>{moderation.reason(person.name)}</span>
        <input ref={reason} maxLength={200} autocomplete="off" placeholder={moderation.optional} />
      </label>
      <button type="submit" class="tool danger">
        {moderation.remove}
      </button>
      <button
        type="button"
        class="tool danger"
        onClick={() => {
          remove(-1);
        }}
      >
        {moderation.removeAndBan}
      </button>
      <button type="button" class="tool" onClick={cancel}>
        {moderation.cancel}
      </button>
    </form>
  );
}
