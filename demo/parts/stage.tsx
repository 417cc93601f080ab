import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import type { Picture } from '../model/picture.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import type { IconName } from './icons.js';
import { RisingReactions, SaidReactions } from './reactions.js';
import { Sounds } from './sounds.js';
import { Tile, boxStyle } from './tile.js';

/** How long after the last change of the stage's size pictures jump to their places, in ms. Otherwise they move there. */
const settledMs = 150;

/** The pictures, never scrolling, and what is said about all of them. */
export function Stage({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { scene } = call;
  const floor = useRef<HTMLDivElement>(null);
  const still = useSignal(true);
  useLayoutEffect(() => {
    const element = floor.current;
    if (!element) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      still.value = true;
      scene.size.value = { width: element.clientWidth, height: element.clientHeight };
      clearTimeout(timer);
      timer = setTimeout(() => (still.value = false), settledMs);
    });
    observer.observe(element);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [scene, still]);
  const { places, more, page, pages, pager } = scene.arrangement.value;
  const seats = new Map(places.map((place) => [place.picture, place]));
  // The order on the page never changes: a video that is moved there would stop.
  const shown = steadily(call).flatMap((picture) => seats.get(picture) ?? []);
  const texts = words().stage;
  return (
    <div id="stage" part="stage" class="stage">
      <div class={still.value ? 'floor still' : 'floor'} ref={floor}>
        <ul class="tiles" aria-label={texts.people}>
          {shown.map((place) => (
            <Tile
              key={place.picture}
              {...{ call, place }}
              mirrored={place.picture.own && !place.picture.isScreen}
              pinned={place.picture === scene.pinned.value}
            />
          ))}
        </ul>
        {more && (
          <button
            type="button"
            class="more"
            style={boxStyle(more.box)}
            aria-label={texts.more(String(more.count))}
            onClick={() => {
              scene.turnTo((page + 1) % pages);
            }}
          >
            +{more.count}
          </button>
        )}
        {pager && (
          <nav
            class={pager.width < pager.height ? 'pager upright' : 'pager'}
            style={boxStyle(pager)}
            aria-label={texts.pages}
          >
            <PageButton call={call} page={page - 1} icon="previous" label={texts.previousPage} />
            <span class="page" role="status" aria-label={texts.page(page + 1, pages)}>
              {page + 1}/{pages}
            </span>
            <PageButton call={call} page={page + 1} icon="next" label={texts.nextPage} />
          </nav>
        )}
        <RisingReactions call={call} places={places} />
        {call.people.value.length === 1 && <p class="alone">{texts.alone}</p>}
      </div>
      {call.reconnecting.value && (
        <p part="banner" class="banner" role="status">
          <span class="spinner" aria-hidden="true" />
          {texts.reconnecting}
        </p>
      )}
      {call.sharing.value && !call.reconnecting.value && (
        <div class="presenting">
          <Icon name="screen" />
          <span>{texts.youPresent}</span>
          <button type="button" class="primary" onClick={() => void call.toggleSharing()}>
            {texts.stopPresenting}
          </button>
        </div>
      )}
      <SaidReactions call={call} />
      <Sounds call={call} />
    </div>
  );
}

interface PageButtonProps {
  readonly call: Call;
  readonly page: number;
  readonly icon: IconName;
  readonly label: string;
}

function PageButton({ call: { scene }, page, icon, label }: PageButtonProps) {
  return (
    <button
      type="button"
      class="round small"
      aria-label={label}
      title={label}
      disabled={page < 0 || page >= scene.arrangement.value.pages}
      onClick={() => {
        scene.turnTo(page);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The pictures of everybody, in the order in which people came. */
function steadily({ people }: Call): readonly Picture[] {
  return people.value.flatMap(({ picture, screenPicture }) => [picture, screenPicture]);
}
