import { useRef } from 'preact/hooks';
import type { Call } from '../model/call.js';
import { useVoice } from './voice.js';
import { toggleFullScreen } from './full-screen.js';
import { ownTree } from './own-tree.js';
import { canFloat, togglePictureInPicture } from './picture-in-picture.js';
import { ToolButton } from './tool-button.js';

/** Where else the call can be seen: on the whole screen, or in a small window. */
export function ViewButtons({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const frame = useRef<HTMLSpanElement>(null);
  const texts = words().stage;
  return (
    <span class="view-buttons wide-only" ref={frame}>
      {canFloat && (
        <ToolButton
          icon="float"
          label={texts.pictureInPicture}
          class="small"
          onClick={() => {
            if (frame.current) void togglePictureInPicture(call, ownTree(frame.current));
          }}
        />
      )}
      {document.fullscreenEnabled && (
        <ToolButton
          icon="full-screen"
          label={texts.fullScreen}
          class="small"
          onClick={() => {
            const whole = frame.current?.closest<HTMLElement>('.call');
            if (whole) toggleFullScreen(whole);
          }}
        />
      )}
    </span>
  );
}
