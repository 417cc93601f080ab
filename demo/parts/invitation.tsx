import { invitationTo, type Invitation } from '../model/invitation.js';
import type { Call } from '../model/call.js';
import { factOf } from '../model/facts.js';
import { useVoice } from './voice.js';
import { Icon } from './icon.js';
import { popoverId } from './popover.js';

/** Phones have a sheet of people and programs to send links to. On computers copying is what people expect. */
export const canShare = 'share' in navigator && matchMedia('(pointer: coarse)').matches;

/** Copies the link. Where there is more to say or to choose, it opens that too. */
export function InvitationButton({ call }: { readonly call: Call }) {
  const { words } = useVoice();
  const { copyInvitation } = words().call;
  const isOpen = call.menu.value === 'invitation';
  const opens = canShare || invitationOf(call).reach !== 'everywhere';
  return (
    <button
      type="button"
      class="chip"
      aria-label={copyInvitation}
      {...(opens && {
        'aria-haspopup': 'dialog',
        'aria-expanded': isOpen,
        'aria-controls': popoverId('invitation'),
      })}
      onClick={() => {
        if (opens) call.menu.value = isOpen ? undefined : 'invitation';
        if (!isOpen) void copy(call, invitationOf(call).links[0]);
      }}
    >
      <Icon name="link" />
      <span>{copyInvitation}</span>
    </button>
  );
}

export function invitationOf({ room, options }: Call): Invitation {
  return invitationTo(room.name, options.home || location.href, factOf('atrium-elsewhere'));
}

export async function copy(call: Call, link: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    call.toasts.show(call.voice.words().call.invited);
  } catch {
    call.toasts.show(call.voice.words().call.inviteBy(link));
  }
}
