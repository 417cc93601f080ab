import type { MediaTalk } from './media-talk.js';
import type { Stream } from './stream.js';

/** The one stream that a user sends (docs/protocols/compeit.md#4-kurento-agent). */
export class Sending {
  readonly #talk: MediaTalk;
  #stream: Stream | undefined;
  #muted = false;

  constructor(talk: MediaTalk) {
    this.#talk = talk;
  }

  get stream(): Stream | undefined {
    return this.#stream;
  }

  /** A second stream replaces the first. @throws Refusal */
  start(offerSdp: string): void {
    const { participant } = this.#talk.user;
    this.#talk.assertPlace();
    this.stop();
    const stream = this.#talk.stream(undefined, () => undefined);
    this.#stream = stream;
    const { connectionChanged } = stream;
    const connectionFailed = this.#talk.connectionFailed();
    const taken = (): void => {
      this.#taken(stream);
    };
    this.#talk.negotiate(
      participant.publish(offerSdp, { connectionChanged, connectionFailed, taken }),
      () => this.#stream === stream,
      ({ sdpAnswer, announce }) => {
        this.#talk.say('send_started', { sdp_answer: sdpAnswer });
        stream.answer();
        announce();
        if (this.#muted) this.#applyMute();
      },
      (error) => {
        stream.end();
        this.#stream = undefined;
        this.#talk.refuse('send_start', error);
      },
    );
  }

  stop(): void {
    this.#stream?.end();
    this.#stream = undefined;
    const { membership } = this.#talk.user;
    if (membership?.closed === false && membership.pendingPublications.length > 0) membership.unpublish();
  }

  /** Mutes the sound for all receivers, now or as soon as the stream is sent. */
  mute(isMuted: boolean): void {
    this.#muted = isMuted;
    this.#applyMute();
  }

  /** Called when the membership has ended. Stops the stream and resets the mute. */
  end(): void {
    this.stop();
    this.#muted = false;
  }

  /** Called when media failed. Ends the stream if the publication has ended with the media server. */
  mediaLost(): void {
    if (!this.#stream?.answered || this.#talk.user.membership?.pendingPublications.length) return;
    this.#stream.end();
    this.#stream = undefined;
    this.#talk.say('media_session_terminated', {});
  }

  /** A moderator has ended the publication. While it is negotiated, its failure tells the user. */
  #taken(stream: Stream): void {
    if (this.#stream !== stream || !stream.answered) return;
    stream.end();
    this.#stream = undefined;
    this.#talk.say('send_stopped', {});
  }

  #applyMute(): void {
    const publication = this.#talk.user.membership?.publication;
    if (!publication) return;
    const applied = this.#muted ? publication.mute('audio') : publication.unmute();
    applied.catch((error: unknown) => {
      this.#talk.refuse('mute', error);
    });
  }
}
