import type { CallButton, CallLayout, RoomOptions } from '../../client/index.js';

type Token = NonNullable<RoomOptions['token']>;

/** A server, which has no elements, may load the file all the same when it draws pages. */
const Base = (globalThis as { readonly HTMLElement?: typeof HTMLElement }).HTMLElement ?? (Object as never);

/** Those that a call looks at as they change. */
export const observed = ['server', 'room', 'user', 'token', 'buttons', 'chat', 'layout', 'language'] as const;

/** The attributes of an `<atrium-call>`, as properties. */
export class CallAttributes extends Base {
  /** Not an attribute, so that no style sheet and no other script finds it on the page. */
  #token: Token | undefined;
  #password: string | undefined;

  get server(): string {
    return this.#text('server');
  }

  set server(value: string) {
    this.setAttribute('server', value);
  }

  get room(): string {
    return this.#text('room');
  }

  set room(value: string) {
    this.setAttribute('room', value);
  }

  get user(): string {
    return this.#text('user');
  }

  set user(value: string) {
    this.setAttribute('user', value);
  }

  get token(): Token {
    return this.#token ?? this.#text('token');
  }

  set token(value: Token) {
    this.#token = value;
    this.changed();
  }

  get password(): string {
    return this.#password ?? this.#text('password');
  }

  set password(value: string) {
    this.#password = value;
  }

  get publish(): boolean {
    return this.#isOn('publish');
  }

  set publish(value: boolean) {
    this.setAttribute('publish', value ? 'on' : 'off');
  }

  get chat(): boolean {
    return this.#isOn('chat');
  }

  set chat(value: boolean) {
    this.setAttribute('chat', value ? 'on' : 'off');
  }

  get buttons(): readonly CallButton[] {
    return this.#text('buttons').split(/\s+/).filter(Boolean) as CallButton[];
  }

  set buttons(value: readonly CallButton[]) {
    this.setAttribute('buttons', value.join(' '));
  }

  get layout(): CallLayout {
    const layout = this.#text('layout');
    return layout === 'grid' || layout === 'speaker' ? layout : 'auto';
  }

  set layout(value: CallLayout) {
    this.setAttribute('layout', value);
  }

  get language(): string {
    return this.#text('language');
  }

  set language(value: string) {
    this.setAttribute('language', value);
  }

  get theme(): string {
    return this.#text('theme');
  }

  set theme(value: string) {
    this.setAttribute('theme', value);
  }

  /** The page has changed what the call is to be. */
  protected changed(): void {
    // There is nothing to change yet.
  }

  #text(name: string): string {
    return this.getAttribute(name) ?? '';
  }

  #isOn(name: string): boolean {
    return !['off', 'false'].includes(this.#text(name));
  }
}
