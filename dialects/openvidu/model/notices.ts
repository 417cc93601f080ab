import type { OvConnection } from './ov-connection.js';

/** What members are told of that no event of the room says, in the words of the protocol. */
export type OvNotice =
  | {
      readonly method: 'connectionPropertyChanged';
      /** `newValue` is text: `MODERATOR`, `true`. */
      readonly params: { readonly property: 'role' | 'record'; readonly newValue: string };
    }
  /** From the back end. */
  | { readonly method: 'sendMessage'; readonly params: { readonly type?: string; readonly data?: string } }
  | { readonly method: 'recordingStarted'; readonly params: { readonly id: string; readonly name: string } }
  | {
      readonly method: 'recordingStopped';
      readonly params: { readonly id: string; readonly name: string; readonly reason: string };
    };

/** Tells members of one session, in order with all else that they are told. */
export type TellMembers = (to: readonly OvConnection[], notice: OvNotice) => void;
