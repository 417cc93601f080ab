import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { isLocal, roomOf } from '../model/address.js';
import type { LocalMedia } from '../model/local-media.js';
import { newRoomName } from '../model/new-names.js';
import type { Pass } from '../model/pass.js';
import { recall, type PresentCall } from '../model/remembered.js';
import { Brand } from './icon.js';
import { JoinForm } from './join-form.js';
import { LanguageChoice } from './language-choice.js';
import { Lobby, type Knock } from './lobby.js';
import { Preview } from './preview.js';
import { Rooms } from './rooms.js';

export interface JoinPageProps {
  readonly media: LocalMedia;
  /** Why the user is back on this page. */
  readonly alert: (() => string | undefined) | undefined;
  /** Whether they have asked for a room that nobody knows. */
  readonly newRoom: boolean;
  /** Of the link that the user came by. */
  readonly pass: Pass | undefined;
  /** The user waits to be let in. */
  readonly knock: Knock | undefined;
  /** Rejects with why it failed; the page explains it. */
  readonly join: (call: PresentCall) => Promise<void>;
}

/** The page before the call: the name, the room, and the own picture. */
export function JoinPage({ media, alert, newRoom, pass, knock, join }: JoinPageProps) {
  /** The room of the link that the user came by. */
  const linked = useSignal(roomOf(location.href) ?? pass?.room);
  const room = useSignal(linked.value ?? ((newRoom ? '' : recall().room) || newRoomName()));
  useEffect(() => {
    document.title = 'Atrium';
    void media.open();
    const changed = (): void => {
      linked.value = roomOf(location.href) ?? linked.value;
      room.value = linked.value ?? room.value;
    };
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('hashchange', changed);
    };
  }, [media, linked, room]);
  const mayBeTold = isLocal(location.href) || pass !== undefined;
  return (
    <main class="join-page">
      <div class="join-head">
        <Brand />
        <LanguageChoice />
      </div>
      <div class="join-body">
        <Preview media={media} />
        <div class="join-side">
          {knock && <Lobby knock={knock} />}
          <JoinForm
            media={media}
            room={room}
            isLinked={linked.value !== undefined}
            isHidden={knock !== undefined}
            {...{ alert, pass, join }}
          />
          {!knock && linked.value === undefined && mayBeTold && (
            <Rooms
              token={pass?.token ?? ''}
              chosen={(picked) => {
                room.value = picked;
                const name = document.querySelector<HTMLInputElement>('#name');
                (name?.value === '' ? name : document.getElementById('room'))?.focus();
              }}
            />
          )}
        </div>
      </div>
    </main>
  );
}
