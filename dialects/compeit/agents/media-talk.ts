import { keepPayer } from '../../../transport/gate/account.js';
import { pairsInShort, pairsOf } from '../../candidate-pairs.js';
import type { Attended } from '../agent.js';
import { Refusal } from '../errors.js';
import { Message } from '../message.js';
import type { KurentoAgentSettings } from './kurento-agent.js';
import { Stream } from './stream.js';

/** Messages to one page about its streams in both directions. Limits how many of them are negotiated at a time. */
export class MediaTalk {
  readonly user: Attended;
  readonly settings: KurentoAgentSettings;
  /** The number of negotiations that are under way, including those that were replaced or stopped. */
  #negotiating = 0;

  constructor(user: Attended, settings: KurentoAgentSettings) {
    this.user = user;
    this.settings = settings;
  }

  say(event: string, data: object): void {
    this.user.send(new Message('server_message', { type: 'kurento', event, data }));
  }

  refuse(request: string, error: unknown, sender?: number): void {
    this.user.refuse(request, error, 'kurento', sender);
  }

  /**
   * @param sender undefined for the stream that the page sends
   * @param ended called when the connection of the stream is lost
   */
  stream(sender: number | undefined, ended: () => void): Stream {
    const whose = sender === undefined ? {} : { sender };
    return new Stream(this.settings.streamLostAfterMs, {
      candidate: ({ candidate, sdpMid, sdpMLineIndex }) => {
        this.say('on_ice_candidate', { candidate: { candidate, sdpMid, sdpMLineIndex }, ...whose });
      },
      started: () => {
        this.say('media_session_started', whose);
      },
      mediaLost: () => {
        ended();
        this.say('media_session_terminated', whose);
      },
    });
  }

  /** As that of a publication or a subscription. @param sender undefined for the stream that the page sends */
  connectionFailed(sender: number = this.user.id): (tried: Parameters<typeof pairsOf>[0]) => void {
    return (tried) => {
      this.user.connectionFailed(sender, pairsInShort(pairsOf(tried)));
    };
  }

  /** @throws Refusal `media_error` */
  assertPlace(): void {
    if (this.#negotiating < this.settings.maxNegotiations) return;
    throw new Refusal('media_error', 'too many requests about media are under way; wait for their answers');
  }

  /** @param isWanted false when the negotiation was replaced or stopped; then neither callback is called */
  negotiate<T>(
    answer: Promise<T>,
    isWanted: () => boolean,
    answered: (answer: T) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#negotiating += 1;
    const goOn = keepPayer();
    const settle = (tell: () => void): void => {
      this.#negotiating -= 1;
      if (isWanted()) goOn(tell);
    };
    answer.then(
      (result) => {
        settle(() => {
          answered(result);
        });
      },
      (error: unknown) => {
        settle(() => {
          failed(error);
        });
      },
    );
  }
}
