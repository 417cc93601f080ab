import { signal } from '@preact/signals';
import { ClientError, Room } from '../client/index.js';
import { invitation, socketAddress, tokenOf } from './model/address.js';
import { Call } from './model/call.js';
import { explainEnd, explainJoin, type Ending } from './model/explain.js';
import { LocalMedia } from './model/local-media.js';
import { passOf } from './model/pass.js';
import { keepCall, presentCall, type PresentCall } from './model/remembered.js';
import { pageSettings } from './model/server.js';
import { words } from './words/words.js';
import { CallFrame } from './parts/call-frame.js';
import { EndPage } from './parts/end-page.js';
import { JoinPage } from './parts/join-page.js';
import type { Knock } from './parts/lobby.js';
import { Lobby } from './parts/lobby.js';

/** How long a reloaded page tries to get its name back, which the server may still hold for it, in ms. */
const comeBackWithinMs = 15_000;
const tryAgainMs = 500;

const media = new LocalMedia();
const call = signal<Call | undefined>(undefined);
const alert = signal<string | undefined>(undefined);
/** Where the user waits to be let in. */
const knock = signal<Knock | undefined>(undefined);
/** Stays until the page is closed. */
const ending = signal<Ending | undefined>(undefined);
/** A reloaded page on its way back into its call. */
const returning = signal(presentCall());
/** Of the link; empty: it has none. The address does not keep it, so that nobody copies it from there. */
const token = signal(tokenOf(location.href) ?? presentCall()?.token ?? '');

addEventListener('hashchange', () => (token.value = tokenOf(location.href) ?? token.value));

/** The room that the user is in. */
export function presentRoom(): Room | undefined {
  return call.value?.room;
}

export function App() {
  if (ending.value) return <EndPage ending={ending.value} />;
  if (call.value) return <CallFrame call={call.value} />;
  if (returning.value) {
    return (
      <main class="returning">
        {knock.value ? (
          <Lobby knock={knock.value} />
        ) : (
          <>
            <span class="spinner" aria-hidden="true" />
            <p role="status">{words().join.back(returning.value.room)}</p>
          </>
        )}
      </main>
    );
  }
  return (
    <JoinPage
      media={media}
      alert={alert.value}
      pass={token.value === '' ? undefined : passOf(token.value)}
      knock={knock.value}
      join={join}
    />
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
        alert.value = explainReturn(error, present.name);
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
  const { room: name, listenOnly, password } = wish;
  const room = new Room({
    ...{ url: socketAddress(location.href), room: name },
    ...identityOf(wish),
    ...(password !== '' && { password }),
  });
  room.on('waiting', (place) => {
    if (!room.joined) knock.value = { room, place };
  });
  try {
    await room.join();
  } finally {
    knock.value = undefined;
  }
  history.replaceState(null, '', invitation(location.href, name));
  keepCall(wish);
  if (listenOnly) media.close();
  const present = new Call(room, media, settings, (reason, details) => {
    call.value = undefined;
    keepCall(undefined);
    media.close();
    const end = explainEnd(reason, details);
    if (end?.final) ending.value = end;
    else alert.value = end?.text;
  });
  call.value = present;
  const mayRename = room.self.grants?.canUpdateOwnMetadata === true;
  if (wish.token !== '' && wish.name !== '' && wish.name !== room.self.name && mayRename) {
    void room.self.update({ name: wish.name }).catch(() => undefined);
  }
  if (!listenOnly) void present.publish();
}

/** With a token its identity is the user name, and the name is what people are shown. */
function identityOf({ token: given, name }: PresentCall): { readonly user: string; readonly token?: string } {
  return given === '' ? { user: name } : { user: passOf(given).identity ?? name, token: given };
}

function explainReturn(error: unknown, name: string): string | undefined {
  const isRefused = error instanceof ClientError && (error.reason !== undefined || error.code === 'denied');
  return isRefused ? explainJoin(error, name) : explainEnd('disconnected', { message: '', mayReturn: true })?.text;
}

/** Tells the others at once that the page closes, before the server would notice. A reload comes back. */
export function leaveQuietly(): void {
  const present = presentCall();
  void (call.value?.room ?? knock.value?.room)?.leave();
  keepCall(present);
}
