import type { Room } from '../../client/index.js';
import type { Preferences } from './preferences.js';

/** In Hz, one after the other. */
const joinedTones = [523, 784] as const;
const leftTones = [659, 440] as const;
const toneSeconds = 0.14;
const loudness = 0.05;

/** Lets be heard that somebody joins or leaves. Ends with the room. */
export function chimeIn(room: Room, { sounds }: Preferences): void {
  let context: AudioContext | undefined;
  const chime = (tones: readonly number[]): void => {
    if (!sounds.value || room.state !== 'joined' || !('AudioContext' in globalThis)) return;
    context ??= new AudioContext();
    for (const [place, tone] of tones.entries()) play(context, tone, context.currentTime + place * toneSeconds);
  };
  room.on('participantJoined', () => {
    chime(joinedTones);
  });
  room.on('participantLeft', () => {
    chime(leftTones);
  });
  room.on('closed', () => {
    void context?.close();
  });
}

function play(context: AudioContext, tone: number, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = tone;
  // Without a slope it would click.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loudness, at + toneSeconds / 8);
  gain.gain.linearRampToValueAtTime(0, at + 2 * toneSeconds);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 2 * toneSeconds);
}
