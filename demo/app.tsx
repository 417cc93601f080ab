import { signal } from '@preact/signals';
import { ClientError, Room } from '../client/index.js';
import { invitation, socketAddress } from './model/address.js';
import { Call } from './model/call.js';
import { explainEnd } from './model/explain.js';
import { LocalMedia } from './model/local-media.js';
import { keepCall, presentCall, type PresentCall } from './model/remembered.js';
import { pageSettings } from './model/server.js';
import { CallPage } from './parts/call-page.js';
import { JoinPage } from './parts/join-page.js';
import { Toasts } from './parts/toasts.js';

/** How long a reloaded page tries to get its name back, which the server may still hold for it, in ms. */
const comeBackWithinMs = 15_000;
const tryAgainMs = 500;

const media = new LocalMedia();
const call = signal<Call | undefined>(undefined);
const alert = signal<string | undefined>(undefined);
/** A reloaded page on its way back into its call. */
const returning = signal(presentCall());

/** The room that the user is in. */
export function presentRoom(): Room | undefined {
  return call.value?.room;
}

export function App() {
  if (call.value) {
    return (
      <>
        <CallPage call={call.value} />
        <Toasts />
      </>
    );
  }
  if (returning.value) {
    return (
      <main class="returning">
        <span class="spinner" aria-hidden="true" />
        <p role="status">Back to {returning.value.room} …</p>
      </main>
    );
  }
  return (
    <>
      <JoinPage media={media} alert={alert.value} join={join} />
      <Toasts />
    </>
  );
}

/** Goes back into the call that this tab was in before it was reloaded. */
export async function comeBack(): Promise<void> {
  const present = returning.value;
  if (!present) return;
  if (!present.listenOnly) void media.open();
  const until = performance.now() + comeBackWithinMs;
  for (;;) {
    try {
      await join(present);
      break;
    } catch (error) {
      const again = error instanceof ClientError && (error.code === 'name-taken' || error.advice === 'retry');
      if (!again || performance.now() > until) {
        keepCall(undefined);
        alert.value = explainEnd('disconnected');
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
    }
  }
  returning.value = undefined;
}

/** Rejects with the reason why the user is not in the room. */
async function join(wish: PresentCall): Promise<void> {
  const settings = await pageSettings();
  const { room: name, name: user, listenOnly } = wish;
  const room = new Room({ url: socketAddress(location.href), room: name, user });
  await room.join();
  history.replaceState(null, '', invitation(location.href, name));
  keepCall(wish);
  if (listenOnly) media.close();
  const present = new Call(room, media, settings, (reason) => {
    call.value = undefined;
    keepCall(undefined);
    media.close();
    alert.value = explainEnd(reason);
  });
  call.value = present;
  if (!listenOnly) void present.publish();
}

/** Tells the others at once that the page closes, before the server would notice. A reload comes back. */
export function leaveQuietly(): void {
  const present = presentCall();
  void call.value?.room.leave();
  keepCall(present);
}
