import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Voice } from '../words/words.js';

const Present = createContext(new Voice());

/** What is drawn in it speaks that language. */
export const Speaking = Present.Provider;

/** The language in which this part is drawn. */
export function useVoice(): Voice {
  return useContext(Present);
}
