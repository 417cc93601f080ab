import type { LocalMedia } from '../model/local-media.js';
import { browserOf, type Refusal } from '../model/refusal.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';

export interface PermissionCardProps {
  readonly media: LocalMedia;
  readonly refusal: Refusal;
}

/** In place of the picture: why there is none, what to click, and one more try. */
export function PermissionCard({ media, refusal }: PermissionCardProps) {
  const { words } = useVoice();
  const { permission } = words();
  const text = refusal === 'denied' ? permission.denied[browserOf(navigator.userAgent)] : permission[refusal];
  return (
    <div class="preview-empty permission-card" role="status">
      <Icon name="camera-off" />
      <p class="permission-title">{permission.title}</p>
      <p>{text}</p>
      {(refusal === 'denied' || refusal === 'dismissed') && (
        <button type="button" class="primary" onClick={() => void media.open()}>
          {permission.again}
        </button>
      )}
      <p>{permission.listen}</p>
    </div>
  );
}
