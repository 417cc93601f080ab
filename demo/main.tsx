import { render } from 'preact';
import type { Room } from '../client/index.js';
import { register, tagName } from './element/register.js';
import { App, comeBack, presentRoom } from './app.js';
import { inspect, type Inspection } from './model/inspection.js';
import { factOf } from './model/facts.js';
import { pageVoice, startLanguage } from './model/page-language.js';
import { startColors } from './model/page-preferences.js';
import { LostPage } from './parts/lost-page.js';
import { Speaking } from './parts/voice.js';
import './styles/page.css';

declare global {
  interface Window {
    /** For tests and the console. */
    atrium?: { readonly room: Room | undefined; inspect(): Promise<Inspection> };
  }
}

window.atrium = {
  get room() {
    return presentRoom();
  },
  inspect: () => inspect(presentRoom(), document.querySelector(tagName)?.shadowRoot ?? document),
};

register();
startColors();
const root = document.getElementById('app');
const home = factOf('atrium-lost');
// A reloaded page goes back into its call at once, in whatever language.
if (home === undefined) void comeBack();
void show();

/** Not awaited here: the file of a language has imports of its own from this module, and would wait for it for ever. */
async function show(): Promise<void> {
  await startLanguage();
  if (root) {
    render(<Speaking value={pageVoice}>{home === undefined ? <App /> : <LostPage home={home} />}</Speaking>, root);
  }
}
