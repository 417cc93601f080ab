import { render } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { arrange } from '../model/layout.js';
import { Speaking, useVoice } from './voice.js';
import styles from '../styles/call.css?inline';
import { RisingReactions } from './reactions.js';
import { Tile } from './tile.js';

/** What TypeScript does not know yet: https://wicg.github.io/document-picture-in-picture/ */
interface DocumentPictureInPicture {
  readonly window: Window | null;
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window & typeof globalThis>;
}

const windows = Reflect.get(globalThis, 'documentPictureInPicture') as DocumentPictureInPicture | undefined;
const size = { width: 400, height: 240 };

/** Whether this browser can show a call beside other windows. */
export const canFloat = windows !== undefined || document.pictureInPictureEnabled;

/**
 * Shows the one that speaks, and oneself, in a small window above all others, or closes it. Where the browser knows no such windows, it
 * shows the video alone. Never rejects. To be called for a click.
 * @param tree that of the call
 */
export async function togglePictureInPicture(call: Call, tree: ParentNode): Promise<void> {
  try {
    if (windows?.window) windows.window.close();
    else if (windows) show(call, await windows.requestWindow(size));
    else if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else
      await (
        tree.querySelector<HTMLVideoElement>('.tile.main video') ?? tree.querySelector('video')
      )?.requestPictureInPicture();
  } catch {
    call.toasts.show(call.voice.words().stage.noPictureInPicture, 'problem');
  }
}

function show(call: Call, small: Window & typeof globalThis): void {
  const { document: page } = small;
  // A sheet belongs to the window that made it.
  const sheet = new small.CSSStyleSheet();
  sheet.replaceSync(styles);
  page.adoptedStyleSheets = [sheet];
  page.title = call.title;
  page.documentElement.lang = call.voice.language;
  page.body.className = 'floating';
  render(
    <Speaking value={call.voice}>
      <Floating call={call} />
    </Speaking>,
    page.body,
  );
  const off = call.room.on('closed', () => {
    small.close();
  });
  small.addEventListener('pagehide', () => {
    off();
    render(null, page.body);
  });
}

function Floating({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const floor = useRef<HTMLDivElement>(null);
  const room = useSignal(size);
  useLayoutEffect(() => {
    const element = floor.current;
    const view = element?.ownerDocument.defaultView;
    if (!element || !view) return undefined;
    const look = (): void => {
      room.value = { width: element.clientWidth, height: element.clientHeight };
    };
    look();
    view.addEventListener('resize', look);
    return () => {
      view.removeEventListener('resize', look);
    };
  }, [room]);
  const { featured } = call.scene;
  const own = call.self.picture;
  const pictures = featured.value && featured.value !== own ? [featured.value, own] : [own];
  const { places } = arrange(pictures, room.value, { choice: 'speaker', page: 0, corner: 'bottom right' });
  return (
    <div class="call">
      <div class="floor still" ref={floor}>
        <ul class="tiles" aria-label={words().stage.people}>
          {places.map((place) => (
            <Tile key={place.picture} {...{ call, place }} mirrored={place.picture === own} pinned={false} />
          ))}
        </ul>
        <RisingReactions call={call} places={places} />
      </div>
    </div>
  );
}
