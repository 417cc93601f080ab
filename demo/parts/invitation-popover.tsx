import { useSignal } from '@preact/signals';
import type { Call } from '../model/call.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import { canShare, copy, invitationOf } from './invitation.js';
import { Popover } from './popover.js';
import { QrCode } from './qr-code.js';

/** Where the link leads, a code for phones, and the phone's own way to send it. */
export function InvitationPopover({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const texts = words().invitation;
  const { links, reach, remedy } = invitationOf(call);
  const chosen = useSignal(links[0]);
  const link = chosen.value;
  return (
    <Popover call={call} name="invitation" label={texts.title}>
      <div class="invitation">
        {reach === 'network' && <QrCode text={link} label={texts.code} />}
        <div class="invitation-text">
          {reach !== 'everywhere' && <p>{texts.local}</p>}
          {reach === 'network' && <p>{texts.network}</p>}
          {remedy && <p>{texts.remedies[remedy]}</p>}
          {links.length === 1 && <p class="invitation-link">{link}</p>}
          {links.length > 1 && (
            <fieldset class="device-choice">
              <legend>{texts.addresses}</legend>
              {links.map((each) => (
                <label key={each} class="option">
                  <input
                    type="radio"
                    name="link"
                    checked={each === link}
                    onChange={() => {
                      chosen.value = each;
                      void copy(call, each);
                    }}
                  />
                  <span class="invitation-link">{each}</span>
                </label>
              ))}
            </fieldset>
          )}
          <button type="button" class="tool" onClick={() => void copy(call, link)}>
            <Icon name="link" />
            <span>{texts.copy}</span>
          </button>
          {canShare && (
            <button type="button" class="tool" onClick={() => void share(call, link)}>
              <Icon name="send" />
              <span>{texts.share}</span>
            </button>
          )}
        </div>
      </div>
    </Popover>
  );
}

async function share(call: Call, link: string): Promise<void> {
  try {
    await navigator.share({ title: call.title, url: link });
    call.menu.value = undefined;
  } catch (error) {
    // The user has closed the sheet.
    if (error instanceof DOMException && error.name === 'AbortError') return;
    await copy(call, link);
  }
}
