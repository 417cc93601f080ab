import { signal } from '@preact/signals';
import { render } from 'preact';
import { ClientError } from '../../client/index.js';
import type { AtriumCallElement, AtriumCallEventMap, CallEnd, CallHandle, CallState } from '../../client/index.js';
import { serverAddress } from '../../client/server-address.js';
import { CallOptions } from '../model/call-options.js';
import type { Call } from '../model/call.js';
import { explainEnd, explainJoin } from '../model/explain.js';
import styles from '../styles/call.css?inline';
import { Voice, languageFor } from '../words/words.js';
import { CallAttributes, observed } from './call-attributes.js';
import { Handle } from './handle.js';
import { ShownCall, type Shown } from './shown.js';
import { Stay } from './stay.js';

/** One sheet for all calls of a page, also of a page whose policy allows no `<style>`. */
let sheet: CSSStyleSheet | undefined;

/** A call in a page: `<atrium-call>`. */
export class CallElement extends CallAttributes implements AtriumCallElement {
  static readonly observedAttributes = observed;
  /** Address of the server that the script came from. Empty: it came from somewhere else. */
  static home = '';

  declare addEventListener: AtriumCallElement['addEventListener'];
  declare removeEventListener: AtriumCallElement['removeEventListener'];
  readonly #root = this.attachShadow({ mode: 'open' });
  readonly #shown = signal<Shown>({ type: 'unset' });
  readonly #voice = new Voice();
  #state: CallState = 'idle';
  #stay: Stay | undefined;
  #joining: Promise<CallHandle> | undefined;
  #call: Call | undefined;
  #handle: CallHandle | undefined;
  /** What the page changes is looked at when it has made all its changes. */
  #isDue = false;

  connectedCallback(): void {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
    }
    this.#root.adoptedStyleSheets = [sheet];
    render(<ShownCall shown={this.#shown} voice={this.#voice} />, this.#root);
    this.changed();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // It was only moved.
      if (this.isConnected) return;
      void this.#begin();
      render(null, this.#root);
    });
  }

  attributeChangedCallback(name: (typeof observed)[number], before: string | null, after: string | null): void {
    if (before === after) return;
    if (name === 'language') void this.#speak();
    if (this.#call) this.#apply(this.#call.options);
    if (this.#call?.panel.value === 'chat' && !this.chat) this.#call.show(undefined);
    if (name === 'layout' && this.#call) this.#call.layout.value = this.layout;
    // In another room there is another call.
    if ((name === 'room' || name === 'server') && this.#state !== 'idle') void this.#begin();
    this.changed();
  }

  get state(): CallState {
    return this.#state;
  }

  get call(): CallHandle | undefined {
    return this.#handle;
  }

  join(): Promise<CallHandle> {
    if (this.#handle) return Promise.resolve(this.#handle);
    this.#joining ??= this.#join().finally(() => (this.#joining = undefined));
    return this.#joining;
  }

  async leave(): Promise<void> {
    await (this.#stay ? this.#stay.end() : this.#handle?.room.leave());
  }

  /** Shows a call that the page has made itself, and whose end it sees itself. */
  present(call: Call): void {
    this.#present(call);
  }

  /** Joins when the page has said all that is needed. It does not when the user has left. */
  protected override changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      const isKnown = this.room !== '' && (this.user !== '' || this.token !== '');
      // What goes wrong is shown, and dispatched.
      if (this.isConnected && this.#state === 'idle' && isKnown) this.join().catch(() => undefined);
    });
  }

  /** Leaves, and is as new: joins again if the page still wants it to. */
  async #begin(): Promise<void> {
    await this.leave();
    await this.#joining?.catch(() => undefined);
    this.#handle = undefined;
    this.#call = undefined;
    this.#state = 'idle';
    this.#shown.value = { type: 'unset' };
    this.changed();
  }

  async #join(): Promise<CallHandle> {
    const { room, user, token, password, publish } = this;
    this.#state = 'joining';
    this.#shown.value = { type: 'joining', room };
    try {
      const home = this.server || CallElement.home;
      if (home === '')
        throw new ClientError('invalid-argument', 'The attribute "server" is missing: it is https://host/.');
      const server = serverAddress(home);
      const stay = new Stay({ server, room, user, token, password, publish }, this.#voice, (end) => {
        this.#ended(end);
      });
      this.#stay = stay;
      stay.room.on('waiting', (place) => {
        if (this.#handle) return;
        this.#state = 'waiting';
        this.#shown.value = { type: 'waiting', knock: { room: stay.room, place } };
        this.#tell('waiting', { place });
      });
      const spoken = this.#speak();
      const call = await stay.join(this.#apply(new CallOptions(`${server.base}/`, this.#voice)));
      await spoken;
      return this.#present(call);
    } catch (error) {
      this.#stay = undefined;
      this.#failed(error);
      throw error;
    }
  }

  #present(call: Call): CallHandle {
    this.#state = 'joined';
    this.#call = call;
    if (this.hasAttribute('layout')) call.layout.value = this.layout;
    this.#shown.value = { type: 'call', call };
    const handle = new Handle(this, call.room, () => this.leave());
    this.#handle = handle;
    this.#tell('joined', handle);
    return handle;
  }

  #ended(end: CallEnd): void {
    this.#stay = undefined;
    this.#handle = undefined;
    this.#call = undefined;
    this.#state = 'over';
    const { element, end: texts } = this.#voice.words();
    const { title, text, mayRejoin } = explainEnd(end.reason, end, this.room, this.#voice.words());
    const again = mayRejoin ? this.#again(texts.rejoin) : undefined;
    this.#shown.value = { type: 'message', title, text: text === '' ? element.left : text, again };
    this.#tell('left', end);
  }

  #failed(error: unknown): void {
    this.#state = 'over';
    const { element } = this.#voice.words();
    const problem = error instanceof ClientError ? error : new ClientError('refused', String(error));
    if (problem.code === 'closed') {
      this.#ended({ reason: 'left', message: '', mayReturn: true });
      return;
    }
    if (problem.code === 'password') {
      const join = (password: string): void => {
        this.password = password;
        this.join().catch(() => undefined);
      };
      this.#shown.value = { type: 'password', again: this.password !== '', join };
    } else {
      const text = explainJoin(error, this.user, this.#voice.words()) ?? '';
      this.#shown.value = { type: 'message', title: element.failedTitle, text, again: this.#again(element.tryAgain) };
    }
    this.#tell('error', problem);
  }

  #again(label: string): { readonly label: string; readonly join: () => void } {
    return { label, join: () => void this.join().catch(() => undefined) };
  }

  #apply(options: CallOptions): CallOptions {
    options.buttons.value = this.buttons;
    options.chat.value = this.chat;
    return options;
  }

  #speak(): Promise<void> {
    return this.#voice.speak(languageFor([this.language, ...navigator.languages]));
  }

  #tell<Name extends 'joined' | 'waiting' | 'left' | 'error'>(
    name: Name,
    detail: AtriumCallEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
