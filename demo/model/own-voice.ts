import { effect, type ReadonlySignal } from '@preact/signals';
import { MutedSpeech, OwnSpeech, type Room, type Speakers } from '../../client/index.js';
import type { Voice } from '../words/words.js';
import type { DeviceState } from './local-media.js';
import type { Toasts } from './toasts.js';

/**
 * Follows the voice of the user, as long as the room lives. Says, once a minute at most, that they speak although their microphone is off,
 * and others are there. Tells the server that they speak, where it does not hear it.
 */
export function followOwnVoice(
  room: Room,
  speakers: Speakers,
  microphone: ReadonlySignal<DeviceState>,
  toasts: Toasts,
  voice: Voice,
): void {
  new OwnSpeech(room, speakers);
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
