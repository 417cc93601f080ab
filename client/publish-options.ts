import type { MediaKind } from './ask.js';
import { givenLike, givenList, givenObject, givenOneOf, invalid, shown } from './given.js';
import { usualSource, webcam, type StreamSource } from './streams.js';

/** What the others are told of a stream, and what comes with it. */
export interface PublishOptions {
  /** Which stream it is: `webcam`, `screen` or another, of a small letter and up to 15 small letters, digits and hyphens. Default: `webcam`. */
  readonly id?: string | undefined;
  /** What it shows. Default: by the id; `webcam` is a camera, `screen` a screen. */
  readonly source?: StreamSource | undefined;
  /** We get our own stream back, to see what the others see. Default: false. */
  readonly loopback?: boolean | undefined;
  /** Asks for a data channel; needs `RoomOptions.dataChannels`. Default: false. */
  readonly dataChannel?: boolean | undefined;
  /**
   * Sends the picture in up to three sizes, where the server takes them and the picture is large enough: each receiver then gets one that fits
   * its network and its window, and what nobody wants is not sent. Default: true for a camera.
   */
  readonly simulcast?: boolean | undefined;
  /** Kinds of media that may come later, such as a camera that is off at first: they come without negotiation then. Default: none. */
  readonly kinds?: readonly MediaKind[] | undefined;
}

/** With what is meant where nothing is given. */
export interface ReadPublishOptions {
  readonly id: string;
  readonly source: StreamSource;
  readonly loopback: boolean;
  readonly dataChannel: boolean;
  readonly simulcast: boolean;
  readonly kinds: readonly MediaKind[];
}

/** Throws `invalid-argument`. */
export function readPublishOptions(options: PublishOptions): ReadPublishOptions {
  const { id = webcam, loopback = false, dataChannel = false, kinds = [] } = givenObject(options, 'The options');
  const isId = typeof id === 'string' && /^[a-z][a-z0-9-]{0,15}$/.test(id);
  if (!isId)
    throw invalid(`\`id\` must be a small letter, and up to 15 small letters, digits and hyphens, not ${shown(id)}.`);
  const { source = usualSource(id) } = options;
  givenOneOf(source, '`source`', ['camera', 'screen', 'other']);
  for (const kind of givenList(kinds, '`kinds`')) givenOneOf(kind, 'Each of `kinds`', ['audio', 'video']);
  const { simulcast = source === 'camera' } = options;
  return { id, source, loopback, dataChannel, simulcast, kinds };
}

/** The tracks of a stream that a page gives. Throws `invalid-argument`. */
export function readTracks(stream: MediaStream): readonly MediaStreamTrack[] {
  const tracks = givenLike(stream, '`stream`', 'getTracks').getTracks();
  return givenList(tracks, 'What `stream` has').map((track) => readTrack(track, 'Each track'));
}

/** Throws `invalid-argument`. @param what its name, as in the documentation */
export function readTrack(track: MediaStreamTrack, what: string): MediaStreamTrack {
  givenLike(track, what, 'addEventListener', 'stop');
  givenOneOf(track.kind, 'The kind of a track', ['audio', 'video']);
  return track;
}

export function kindOf({ kind }: MediaStreamTrack): MediaKind {
  return kind === 'audio' ? 'audio' : 'video';
}
