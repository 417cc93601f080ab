import type { MediaKind } from './ask.js';
import { openScreen } from './devices.js';
import { ClientError } from './errors.js';
import { LocalPublication } from './local-publication.js';
import type { MediaConnections } from './media-connections.js';
import { readPublishOptions, type PublishOptions } from './publish-options.js';
import type { Self } from './self.js';
import { webcam } from './streams.js';

const screen = 'screen';

/** What we publish in one room, by stream id. */
export class LocalPublications {
  readonly #self: Self;
  readonly #sharing: (on: boolean) => void;
  readonly #publications = new Map<string, LocalPublication>();
  /** The user is being asked for a screen, or it is being published. */
  #choosing: Promise<LocalPublication> | undefined;
  /** Counts what makes a screen unwanted that the user is being asked for. */
  #stops = 0;
  #ended = false;

  /** @param sharing told when the screen is shown from now on, or no more */
  constructor(self: Self, sharing: (on: boolean) => void) {
    this.#self = self;
    this.#sharing = sharing;
  }

  get all(): ReadonlyMap<string, LocalPublication> {
    return this.#publications;
  }

  /** Where the screen is shown: a stream of its own, or in place of the camera. */
  get screen(): LocalPublication | undefined {
    const own = this.#publications.get(screen);
    if (own) return own;
    return [...this.#publications.values()].find(({ sharing }) => sharing);
  }

  /** Rejects as `Room.publish`. */
  async publish(
    stream: MediaStream,
    connections: MediaConnections,
    options: PublishOptions = {},
  ): Promise<LocalPublication> {
    const wish = readPublishOptions(options);
    const { id } = wish;
    // We may have left while the user was asked for a screen.
    if (this.#ended) throw new ClientError('closed', 'You have left the room.');
    if (this.#publications.has(id)) {
      throw new ClientError('refused', `A stream "${id}" is published already; close it first.`);
    }
    if (id !== webcam && !connections.hasStreams) {
      throw new ClientError('not-supported', 'The server takes one stream of each participant.');
    }
    const publication = new LocalPublication(this.#self, stream, connections, wish);
    this.#publications.set(id, publication);
    publication.on('sharing', this.#sharing);
    publication.on('closed', () => {
      if (this.#publications.get(id) === publication) this.#publications.delete(id);
      if (id === screen) this.#sharing(false);
    });
    try {
      await publication.open();
    } catch (error) {
      void publication.close();
      throw error;
    }
    return publication;
  }

  /** Rejects as `Room.shareScreen`. */
  shareScreen(connections: MediaConnections): Promise<LocalPublication> {
    this.#choosing ??= this.#share(connections).finally(() => {
      this.#choosing = undefined;
    });
    return this.#choosing;
  }

  /** Never rejects. */
  async stopSharing(): Promise<void> {
    this.#stops++;
    const publication = this.screen;
    if (publication?.id !== screen) {
      await publication?.stopSharing();
      return;
    }
    for (const track of publication.tracks) track.stop();
    await publication.close();
  }

  async #share(connections: MediaConnections): Promise<LocalPublication> {
    const present = this.screen;
    if (present) return present;
    if (!connections.hasStreams) return this.#inPlaceOfCamera();
    const stops = this.#stops;
    const stream = await openScreen({ sound: this.#self.mayPublish('audio', 'screen') });
    try {
      if (stops !== this.#stops) throw new ClientError('closed', 'The screen is not wanted any more.');
      const publication = await this.publish(stream, connections, { id: screen, source: 'screen' });
      for (const track of stream.getVideoTracks()) {
        track.addEventListener('ended', () => void publication.close(), { once: true });
        if (track.readyState === 'ended') void publication.close();
      }
      publication.on('closed', () => {
        stop(stream);
      });
      this.#sharing(true);
      return publication;
    } catch (error) {
      stop(stream);
      throw error;
    }
  }

  async #inPlaceOfCamera(): Promise<LocalPublication> {
    const camera = this.#publications.get(webcam);
    if (camera) {
      await camera.shareScreen();
      return camera;
    }
    throw new ClientError('not-supported', 'The server takes one stream of each participant: publish a camera first.');
  }

  /** A moderator has ended them. @param ids undefined: all of them */
  taken(ids: readonly string[] | undefined): void {
    for (const publication of [...this.#publications.values()]) {
      if (!ids || ids.includes(publication.id)) publication.take();
    }
  }

  /** What we may not publish any more has ended at the server. */
  grantsChanged(): void {
    for (const publication of [...this.#publications.values()]) {
      const kinds = publication.tracks.map(({ kind }) => kind as MediaKind);
      if (!kinds.every((kind) => this.#self.mayPublish(kind, publication.source))) publication.take();
    }
  }

  mediaLost(error: ClientError): void {
    for (const publication of [...this.#publications.values()]) publication.mediaLost(error);
  }

  end(): void {
    this.#ended = true;
    for (const publication of [...this.#publications.values()]) publication.end();
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
