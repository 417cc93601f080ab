import { effect, type ReadonlySignal } from '@preact/signals';
import { MutedSpeech, type Room } from '../../client/index.js';
import type { Voice } from '../words/words.js';
import type { DeviceState } from './local-media.js';
import type { Toasts } from './toasts.js';

/** Says, once a minute at most, that the user speaks although their microphone is off, and others are there. Ends with the room. */
export function hintWhileMuted(
  room: Room,
  microphone: ReadonlySignal<DeviceState>,
  toasts: Toasts,
  voice: Voice,
): void {
  let hide = (): void => undefined;
  new MutedSpeech(room).on('speakingWhileMuted', () => {
    // Alone one speaks to somebody else.
    if (room.participants.size > 0) hide = toasts.show(voice.words().call.speaksMuted);
  });
  room.on(
    'closed',
    effect(() => {
      if (microphone.value === 'on') hide();
    }),
  );
}
