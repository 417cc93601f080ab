import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { roomOf } from '../model/address.js';
import { explainJoin } from '../model/explain.js';
import type { LocalMedia } from '../model/local-media.js';
import { recall, remember, type PresentCall } from '../model/remembered.js';
import { Brand } from './icon.js';
import { Preview } from './preview.js';
import { Rooms } from './rooms.js';

export interface JoinPageProps {
  readonly media: LocalMedia;
  /** Why the user is back on this page. */
  readonly alert: string | undefined;
  /** Rejects with why it failed; the page explains it. */
  readonly join: (call: PresentCall) => Promise<void>;
}

/** The page before the call: the name, the room, and the own picture. */
export function JoinPage({ media, alert, join }: JoinPageProps) {
  const kept = recall();
  const name = useRef<HTMLInputElement>(null);
  const room = useSignal(roomOf(location.href) ?? kept.room);
  const problem = useSignal(alert);
  const busy = useSignal(false);
  useEffect(() => {
    document.title = 'Atrium';
    void media.open();
    // A keyboard that pops up on a phone would hide half of the page.
    if (matchMedia('(pointer: fine)').matches && !name.current?.value) name.current?.focus();
    const changed = (): void => {
      room.value = roomOf(location.href) ?? room.value;
    };
    addEventListener('hashchange', changed);
    return () => {
      removeEventListener('hashchange', changed);
    };
  }, [media, room]);
  const submit = async (listenOnly: boolean): Promise<void> => {
    const wish = { name: name.current?.value.trim() ?? '', room: room.value.trim(), listenOnly };
    if (wish.name === '' || wish.room === '') {
      problem.value = wish.name === '' ? 'Please enter your name.' : 'Please enter the name of a room.';
      document.getElementById(wish.name === '' ? 'name' : 'room')?.focus();
      return;
    }
    problem.value = undefined;
    busy.value = true;
    try {
      remember({ name: wish.name, room: wish.room });
      await join(wish);
    } catch (error) {
      problem.value = explainJoin(error, wish.name);
      name.current?.focus();
    } finally {
      busy.value = false;
    }
  };
  const hasDevices = media.stream.value !== undefined || media.opening.value;
  return (
    <main class="join-page">
      <div class="join-head">
        <Brand />
      </div>
      <div class="join-body">
        <Preview media={media} />
        <div class="join-side">
          <form
            class="join-form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              void submit(false);
            }}
          >
            <h1>Join a room</h1>
            <p class="lead">Pick a name and a room. Everybody who opens the same room is there with you.</p>
            {problem.value !== undefined && (
              <p class="alert" role="alert">
                {problem.value}
              </p>
            )}
            <label class="field">
              <span>Your name</span>
              <input
                id="name"
                ref={name}
                name="name"
                autocomplete="nickname"
                maxLength={40}
                required
                placeholder="Ana"
                defaultValue={kept.name}
              />
            </label>
            <label class="field">
              <span>Room</span>
              <input
                id="room"
                name="room"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                maxLength={60}
                required
                placeholder="garden"
                value={room.value}
                onInput={(event) => (room.value = event.currentTarget.value)}
              />
            </label>
            <button class="primary" type="submit" disabled={busy.value}>
              {busy.value ? 'Joining …' : 'Join'}
            </button>
            {hasDevices && (
              <button class="plain" type="button" disabled={busy.value} onClick={() => void submit(true)}>
                Join to listen, without camera and microphone
              </button>
            )}
          </form>
          <Rooms
            chosen={(picked) => {
              room.value = picked;
              document.getElementById(name.current?.value ? 'room' : 'name')?.focus();
            }}
          />
        </div>
      </div>
    </main>
  );
}
