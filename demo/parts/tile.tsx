import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import type { Box, Place } from '../model/layout.js';
import { hueOf, initial, type Person } from '../model/person.js';
import { watchPicture } from '../model/picture-watch.js';
import type { Picture } from '../model/picture.js';
import { useVoice } from './voice.js';
import type { Words } from '../words/words.js';
import { Icon } from './icon.js';
import { toggleFullScreen } from './full-screen.js';
import { useClicks } from './use-clicks.js';
import { useCornerDrag } from './use-corner-drag.js';
import { useLoudness } from './use-loudness.js';
import { useStream } from './use-stream.js';

export interface TileProps {
  readonly call: Call;
  readonly place: Place<Picture>;
  readonly mirrored: boolean;
  readonly pinned: boolean;
}

/** One picture on the stage: of a camera, or of a screen. Without a picture there is the first letter of the name. */
export function Tile({ call, place, mirrored, pinned }: TileProps) {
  const { words } = useVoice();
  const { scene } = call;
  const { picture, role, fit, box } = place;
  const { person, isScreen, own } = picture;
  const tile = useRef<HTMLLIElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const shows = useSignal(false);
  useStream(video, picture.stream);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    // The sound is played elsewhere.
    element.muted = true;
    return watchPicture(element, (has) => (shows.value = has));
  }, [picture, shows]);
  const sized = (): void => {
    const element = video.current;
    if (element) picture.sized(element.videoWidth, element.videoHeight);
  };
  useCornerDrag(tile, scene, role === 'inset');
  const speaks = !isScreen && person.speaking.value;
  useLoudness(tile, person, speaks);
  const clicks = useClicks(
    () => {
      scene.togglePin(picture);
    },
    () => {
      if (tile.current) toggleFullScreen(tile.current);
    },
  );
  const hasPicture = shows.value && (isScreen || showsCamera(person));
  const texts = words().stage;
  const name = isScreen ? (own ? texts.ownScreen : texts.screenOf(person.name)) : person.name;
  const note = isScreen ? '' : noteOf(person, texts);
  const isUnsent = !isScreen && person.transit.unsent.value;
  const { quality } = person;
  const flags = [
    'tile',
    role,
    own && 'own',
    isScreen && 'screen',
    mirrored && 'mirrored',
    pinned && 'pinned',
    person.reconnecting.value && 'reconnecting',
    isUnsent && 'unsent',
    // Our own picture is there whether it is sent or not.
    own && !isScreen && person.transit.note.value !== '' && 'pending',
    !isScreen && isSilent(person) && 'muted',
    !isScreen && person.cut.value.length > 0 && 'cut',
    speaks && 'speaking',
  ];
  return (
    <li
      part="tile"
      ref={tile}
      class={flags.filter(Boolean).join(' ')}
      {...(isScreen ? { 'data-screen-of': person.id } : { 'data-participant': person.id })}
      data-picture={hasPicture ? 'yes' : 'no'}
      data-fit={fit}
      aria-label={[name, ...(isScreen ? [] : statesOf(person, texts))].join(', ')}
      style={{ ...boxStyle(box), '--hue': hueOf(person.id) }}
    >
      <span class="avatar" aria-hidden="true">
        {initial(person.name)}
      </span>
      <video class="tile-video" ref={video} autoplay playsInline onResize={sized} onLoadedMetadata={sized} />
      <button type="button" class="tile-pin" aria-pressed={pinned} aria-label={texts.pin(name)} {...clicks} />
      <span class="tile-note">
        {note}
        {isUnsent && (
          <button
            type="button"
            class="tile-retry"
            onClick={() => {
              call.retry();
            }}
          >
            {words().media.tryNow}
          </button>
        )}
      </span>
      {!isScreen && person.handSince.value !== undefined && (
        <span class="tile-hand" aria-hidden="true">
          <Icon name="hand" />
        </span>
      )}
      <span part="name" class="tile-name" aria-hidden="true">
        <Icon name={isScreen ? 'screen' : 'mic-off'} />
        <span class="tile-text">{name}</span>
        {own && !isScreen && <span class="tile-you">{texts.you}</span>}
      </span>
      {!isScreen && quality !== 'good' && quality !== 'unknown' && (
        <span class={`signal ${quality}`} aria-hidden="true" title={texts[quality]}>
          <i />
          <i />
          <i />
        </span>
      )}
    </li>
  );
}

/** What is cut, and what is turned off, would stay on as its last picture. What is being mended shows it. */
function showsCamera(person: Person): boolean {
  return !person.isCut('video') && (!person.cameraOff.value || person.reconnecting.value);
}

function isSilent(person: Person): boolean {
  return person.muted.value || person.isCut('audio');
}

/** In words, for those that do not see the icons. */
function statesOf(person: Person, texts: Words['stage']): string[] {
  const { quality } = person;
  return [
    person.own ? texts.you : '',
    isSilent(person) ? texts.muted : '',
    person.speaking.value ? texts.speaking : '',
    person.cameraOff.value ? texts.cameraOff : '',
    person.handSince.value === undefined ? '' : texts.handRaised,
    quality === 'good' || quality === 'unknown' ? '' : texts[quality],
    person.transit.note.value,
  ].filter((text) => text !== '');
}

function noteOf(person: Person, texts: Words['stage']): string {
  if (person.reconnecting.value || person.transit.unsent.value) return person.note.value;
  const [sound, picture] = [person.isCut('audio'), person.isCut('video')];
  if (sound && picture) return texts.stopped;
  if (sound) return texts.soundStopped;
  return picture ? texts.pictureStopped : person.note.value;
}

export function boxStyle({ left, top, width, height }: Box) {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}
