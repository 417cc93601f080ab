import type { Words } from '../words/words.js';

export type KeyAction = Exclude<keyof Words['settings']['does'], 'arrows'>;

interface CallKey {
  /** As `KeyboardEvent.key` has it, in lower case. */
  readonly key: string;
  /** With Ctrl or ⌘ it does the same. */
  readonly withControl?: string;
  readonly does: KeyAction;
}

/** The keys of a call. */
export const callKeys: readonly CallKey[] = [
  { key: 'm', withControl: 'd', does: 'microphone' },
  { key: 'v', withControl: 'e', does: 'camera' },
  { key: 's', does: 'screen' },
  { key: 'r', does: 'hand' },
  { key: 'h', does: 'hat' },
  { key: 'c', does: 'chat' },
  { key: 'p', does: 'people' },
  { key: 'i', does: 'statistics' },
  { key: '?', does: 'keys' },
  { key: 'escape', does: 'escape' },
];

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
}

/**
 * @param typing the key goes into a text
 * @param singles whether the user wants single keys. People who speak to their computer turn them off (WCAG 2.1.4)
 */
export function actionFor(pressed: Pressed, typing: boolean, singles: boolean): KeyAction | undefined {
  const { altKey, ctrlKey, metaKey, repeat } = pressed;
  if (altKey || repeat) return undefined;
  const key = pressed.key.toLowerCase();
  if (ctrlKey !== metaKey) return callKeys.find(({ withControl }) => withControl === key)?.does;
  if (ctrlKey || typing || (!singles && key !== 'escape')) return undefined;
  return callKeys.find((each) => each.key === key)?.does;
}
