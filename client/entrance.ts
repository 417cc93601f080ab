import type { RequestResult } from '../dialects/kurento-room/types.js';
import { Admission } from './admission.js';
import { ClientError, asClientError } from './errors.js';
import { isJoinAnswer } from './frames.js';
import { givenText } from './given.js';
import type { ResumeToken } from './resume-token.js';
import type { Session } from './session.js';

/** What a room and its server may ask of us, and what we want of them. */
export interface EntranceOptions {
  /** The token that says who we are and what we may do (docs/access.md#tokens). A function is called for each join, so that it is fresh. */
  readonly token?: string | (() => Promise<string>) | undefined;
  /** Of a room that asks for one. */
  readonly password?: string | undefined;
  /** Any text that others are shown of us beside the name, where that is allowed. */
  readonly metadata?: string | undefined;
  /** What we publish may have data channels. Default: false. */
  readonly dataChannels?: boolean | undefined;
  /**
   * `false`: each participant has one stream, the camera or else the screen, as for clients of 2016. There is no data (`Room.send`) then
   * either. Default: true.
   */
  readonly severalStreams?: boolean | undefined;
  /** STUN and TURN servers. Default: those of the server, which are renewed before they expire. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
}

type JoinAnswer = RequestResult<'joinRoom'>;

/** What this library understands of what a server can tell beside the protocol of 2016. */
const features = [
  ...['state', 'moderation', 'metadata', 'streams', 'chat', 'reports', 'resume', 'recording', 'lifecycle'],
  ...['quality', 'speakers'],
];

/** The way into a room: it asks to join with all that the room may want, and waits to be let in. */
export class Entrance {
  readonly #room: string;
  readonly #user: string;
  readonly #options: EntranceOptions;
  readonly #resumeToken: ResumeToken;
  readonly #onWaiting: (place: number | undefined) => void;
  #admission: Admission | undefined;
  #cancel: (error: ClientError) => void = () => undefined;
  /** Rejects once we do not want to be let in any more. */
  readonly #cancelled = new Promise<never>((_resolve, reject) => (this.#cancel = reject));

  /** @param onWaiting called each time a moderator has been asked to let us in */
  constructor(
    { room, user, resumeToken }: { readonly room: string; readonly user: string; readonly resumeToken: ResumeToken },
    options: EntranceOptions,
    onWaiting: (place: number | undefined) => void,
  ) {
    this.#room = room;
    this.#user = user;
    this.#resumeToken = resumeToken;
    this.#options = options;
    this.#onWaiting = onWaiting;
    // Nobody may be waiting.
    this.#cancelled.catch(() => undefined);
  }

  /** Rejects with the server's refusal, `denied`, `timeout`, `disconnected`, or `closed` when it is not wanted any more. */
  async enter(session: Session, isWanted: () => boolean): Promise<JoinAnswer> {
    for (;;) {
      const admission = new Admission(session);
      this.#admission = admission;
      try {
        return await this.#ask(session);
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== 'waiting') throw error;
        session.keep();
        if (isWanted()) this.#onWaiting(error.place);
        await admission.decided;
      } finally {
        admission.stop();
      }
      if (!isWanted()) throw hasLeft();
    }
  }

  /** We do not want to be let in any more. */
  cancel(): void {
    this.#admission?.cancel(hasLeft());
    this.#cancel(hasLeft());
  }

  async #ask(session: Session): Promise<JoinAnswer> {
    const { token: given, password, metadata, dataChannels, iceServers, severalStreams = true } = this.#options;
    const known = severalStreams ? features : features.filter((each) => each !== 'streams');
    // No wait without need: whoever leaves meanwhile is to leave after the join.
    const token = typeof given === 'function' ? await Promise.race([fetched(given), this.#cancelled]) : given;
    const answer = await session.request('joinRoom', {
      ...{ room: this.#room, resumeToken: this.#resumeToken.get() },
      features: iceServers ? known : [...known, 'ice'],
      ...(this.#user !== '' && { user: this.#user }),
      ...(token !== undefined && { token }),
      ...(password !== undefined && { password }),
      ...(metadata !== undefined && { metadata }),
      ...(dataChannels && { dataChannels }),
    });
    if (!isJoinAnswer(answer))
      throw new ClientError('invalid-request', 'The server answers in a way that this library does not understand.');
    // Other servers of this protocol give none.
    if (typeof answer.resumeToken === 'string') this.#resumeToken.keep(answer.resumeToken);
    return answer;
  }
}

export function hasLeft(): ClientError {
  return new ClientError('closed', 'You left before you were in.');
}

async function fetched(token: () => Promise<string>): Promise<string> {
  try {
    return givenText(await token(), 'What `token` resolves with');
  } catch (error) {
    // What is no token is none that the server takes.
    throw new ClientError('token-invalid', asClientError(error, 'token-invalid').message, { cause: error });
  }
}
