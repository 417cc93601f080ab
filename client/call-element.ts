import type { ClientError } from './errors.js';
import type { Room } from './room.js';
import type { EndDetails, EndReason } from './room-events.js';

/** The buttons of a call. */
export type CallButton =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'hand'
  | 'reactions'
  | 'hat'
  | 'chat'
  | 'people'
  | 'statistics'
  | 'record'
  | 'invitation'
  | 'more'
  | 'leave';

/** `auto`: a shared screen large, else as many pictures as fit. `speaker`: the one that speaks large. */
export type CallLayout = 'auto' | 'grid' | 'speaker';

/** `idle`: it does not know yet who joins which room. `over`: the call has ended, or could not be joined. */
export type CallState = 'idle' | 'joining' | 'waiting' | 'joined' | 'over';

/** A call that is shown in a page. */
export interface CallHandle {
  /** The element that shows the call. */
  readonly element: AtriumCallElement;
  /** The room of the call, with all that a page may ask of it. */
  readonly room: Room;
  /** As `room.on`. */
  readonly on: Room['on'];
  /** As `room.off`. */
  readonly off: Room['off'];
  /** Leaves, and turns camera and microphone off. */
  leave(): Promise<void>;
}

/** Why a call ended. */
export interface CallEnd extends EndDetails {
  /** Whether the user left, was removed, or lost the room. */
  readonly reason: EndReason;
}

/** What an `<atrium-call>` dispatches. None of them bubbles. */
export interface AtriumCallEventMap extends Omit<HTMLElementEventMap, 'error'> {
  /** The user is in the room. */
  joined: CustomEvent<CallHandle>;
  /** A moderator has been asked. Has the place among those that wait, where it is known. */
  waiting: CustomEvent<{ readonly place: number | undefined }>;
  /** The user is not in the room any more. */
  left: CustomEvent<CallEnd>;
  /** The room could not be joined. */
  error: CustomEvent<ClientError>;
}

/**
 * The element `<atrium-call>`: a whole call. In a page it joins as soon as it knows a room, and a user or a token; taken off the page,
 * it leaves. Each property but `call` and `state` is an attribute too. What is changed during a call is used at once (`buttons`, `chat`,
 * `layout`, `language`), joins anew (`server`, `room`), or is used the next time.
 */
export interface AtriumCallElement extends HTMLElement {
  /** Address of the server, as `https://conference.example/`. Empty: that from which the script of the element came. */
  server: string;
  /** Name of the room. */
  room: string;
  /** Name of the user. May be empty with a token, whose identity it then is. */
  user: string;
  /** As of `Room`: a text, or a function that is called for each join. The attribute is a text. */
  token: string | (() => Promise<string>);
  /** Of a room that asks for one. Empty: the call asks the user for it where there is one. */
  password: string;
  /** Camera and microphone. Without them the user listens. Default: true; the attribute is `on` or `off`. */
  publish: boolean;
  /** Whether there is a chat. Default: true; the attribute is `on` or `off`. */
  chat: boolean;
  /** Which buttons are shown. Empty: all. The attribute has them with spaces between them. */
  buttons: readonly CallButton[];
  /** How pictures are laid out. Default: `auto`. */
  layout: CallLayout;
  /** `en`, `es`, `fr`, `de` or `zh`. Empty: what the browser asks for. */
  language: string;
  /** `dark`, `light`, or `auto` for that of the system. Empty: that of the page (`color-scheme`). */
  theme: string;
  /** How far the call is. */
  readonly state: CallState;
  /** The call. Undefined while the user is not in the room. */
  readonly call: CallHandle | undefined;
  /** Joins now. Rejects as `Room.join`. During a call it resolves with that. */
  join(): Promise<CallHandle>;
  /** Leaves, and turns camera and microphone off. Never rejects; may be called without a call. */
  leave(): Promise<void>;
  addEventListener<Name extends keyof AtriumCallEventMap>(
    name: Name,
    listener: (this: AtriumCallElement, event: AtriumCallEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof AtriumCallEventMap>(
    name: Name,
    listener: (this: AtriumCallElement, event: AtriumCallEventMap[Name]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** A page that has the element's script in it may make one. */
export type AtriumCallConstructor = new () => AtriumCallElement;
