import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { hueOf, initial, type Person } from '../model/person.js';
import { watchPicture } from '../model/picture-watch.js';
import { Icon } from './icon.js';
import { useStream } from './use-stream.js';

export interface TileProps {
  readonly person: Person;
  readonly mirrored: boolean;
  readonly pinned: boolean;
  readonly pin: () => void;
  readonly soundBlocked: () => void;
}

const qualityWords = {
  good: 'Connection good',
  fair: 'Connection fair',
  poor: 'Connection poor',
  unknown: '',
} as const;

/** One person on the stage: the picture, or in its place the first letter of the name. */
export function Tile({ person, mirrored, pinned, pin, soundBlocked }: TileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const shows = useSignal(false);
  const stream = person.stream.value;
  useStream(video, stream);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.muted = person.own;
    return watchPicture(element, (picture) => (shows.value = picture));
  }, [person, shows]);
  const play = (): void => {
    video.current?.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') soundBlocked();
    });
  };
  const { quality } = person;
  const flags = [
    'tile',
    person.own && 'own',
    mirrored && 'mirrored',
    pinned && 'pinned',
    person.reconnecting.value && 'reconnecting',
    person.muted.value && 'muted',
    person.cut.value.length > 0 && 'cut',
    person.speaking.value && 'speaking',
  ];
  // What is cut would stay on as its last picture.
  const hasPicture = shows.value && !person.isCut('video');
  const note = person.reconnecting.value ? 'Reconnecting …' : cutText(person) || person.note.value;
  return (
    <li
      class={flags.filter(Boolean).join(' ')}
      data-participant={person.id}
      data-picture={hasPicture ? 'yes' : 'no'}
      style={{ '--hue': hueOf(person.id) }}
    >
      <span class="avatar" aria-hidden="true">
        {initial(person.name)}
      </span>
      <video class="tile-video" ref={video} autoplay playsInline onCanPlay={play} />
      <button
        type="button"
        class="tile-pin"
        aria-pressed={pinned}
        aria-label={pinned ? 'Show everybody' : `Enlarge ${person.name}`}
        onClick={pin}
      />
      <span class="tile-note">{note}</span>
      {person.handSince.value !== undefined && (
        <span class="tile-hand" role="img" aria-label={`${person.name} has a hand raised`}>
          <Icon name="hand" />
        </span>
      )}
      <span class="tile-name">
        <Icon name="mic-off" />
        <span class="tile-text">{person.name}</span>
        {person.own && <span class="tile-you">you</span>}
        {quality !== 'unknown' && (
          <span class={`signal ${quality}`} role="img" aria-label={qualityWords[quality]} title={qualityWords[quality]}>
            <i />
            <i />
            <i />
          </span>
        )}
      </span>
    </li>
  );
}

/** Empty when a moderator has muted nothing. */
function cutText(person: Person): string {
  const [sound, picture] = [person.isCut('audio'), person.isCut('video')];
  if (sound && picture) return 'Stopped by a moderator';
  if (sound) return 'Muted by a moderator';
  return picture ? 'Video stopped by a moderator' : '';
}
