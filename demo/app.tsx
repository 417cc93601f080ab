import { signal } from '@preact/signals';
import { ClientError, Room } from '../client/index.js';
import { homeOf, invitation, socketAddress, tokenOf } from './model/address.js';
import { Call } from './model/call.js';
import type { Departure } from './model/departure.js';
import { explainJoin } from './model/explain.js';
import { LocalMedia } from './model/local-media.js';
import { passOf } from './model/pass.js';
import { keepCall, presentCall, type PresentCall } from './model/remembered.js';
import { pageSettings } from './model/server.js';
import { pageVoice } from './model/page-language.js';
import { pagePreferences } from './model/page-preferences.js';
import { CallOptions } from './model/call-options.js';
import { CallFrame } from './parts/call-frame.js';
import { EndPage } from './parts/end-page.js';
import { JoinPage } from './parts/join-page.js';
import type { Knock } from './parts/lobby.js';
import { Lobby } from './parts/lobby.js';

/** How long a reloaded page tries to get its name back, which the server may still hold for it, in ms. */
const comeBackWithinMs = 15_000;
const tryAgainMs = 500;

const media = new LocalMedia(pageVoice);
const call = signal<Call | undefined>(undefined);
/** Why the user is not in the room. Read when it is drawn, in the language of then. */
const alert = signal<(() => string | undefined) | undefined>(undefined);
/** Where the user waits to be let in. */
const knock = signal<Knock | undefined>(undefined);
/** The call that the user was in last, until they go on. */
const departure = signal<Departure | undefined>(undefined);
/** On the way back into a call: the page was loaded again, or the user wants to. */
const returning = signal(presentCall());
/** The user wants a room that nobody knows. */
const wantsNewRoom = signal(false);
/** Of the link; empty: it has none. The address does not keep it, so that nobody copies it from there. */
const token = signal(tokenOf(location.href) ?? presentCall()?.token ?? '');

addEventListener('hashchange', () => (token.value = tokenOf(location.href) ?? token.value));

/** The room that the user is in. */
export function presentRoom(): Room | undefined {
  return call.value?.room;
}

export function App() {
  if (call.value) return <CallFrame call={call.value} />;
  if (returning.value) {
    return (
      <main class="returning">
        {knock.value ? (
          <Lobby knock={knock.value} />
        ) : (
          <>
            <span class="spinner" aria-hidden="true" />
            <p role="status">{pageVoice.words().join.back(returning.value.room)}</p>
          </>
        )}
      </main>
    );
  }
  if (departure.value) return <EndPage departure={departure.value} rejoin={rejoin} goToNewRoom={goToNewRoom} />;
  return (
    <JoinPage
      media={media}
      alert={alert.value}
      newRoom={wantsNewRoom.value}
      pass={token.value === '' ? undefined : passOf(token.value)}
      knock={knock.value}
      join={join}
    />
  );
}

/** Goes back into the call that this tab was in before it was reloaded, or that the user has left. */
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
        alert.value = () => explainReturn(error, present.name);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, tryAgainMs));
    }
  }
  returning.value = undefined;
}

function rejoin({ wish }: Departure): void {
  departure.value = undefined;
  returning.value = wish;
  void comeBack();
}

function goToNewRoom(): void {
  history.replaceState(null, '', homeOf(location.href));
  wantsNewRoom.value = true;
  departure.value = undefined;
}

/** Rejects with the reason why the user is not in the room. */
async function join(wish: PresentCall): Promise<void> {
  const settings = await pageSettings(location.href);
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
  alert.value = undefined;
  wantsNewRoom.value = false;
  history.replaceState(null, '', invitation(location.href, name));
  keepCall(wish);
  if (listenOnly) media.close();
  const since = performance.now();
  const ended: ConstructorParameters<typeof Call>[3] = (reason, details) => {
    departure.value = { reason, details, wish, room: present.title, lastedMs: performance.now() - since };
    call.value = undefined;
    keepCall(undefined);
    media.close();
  };
  const present = new Call(room, media, settings, ended, new CallOptions('', pageVoice, pagePreferences, wish.token));
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
  const isOfNetwork = error instanceof ClientError && error.advice === 'retry' && error.reason === undefined;
  return isOfNetwork ? pageVoice.words().end.lost : explainJoin(error, name, pageVoice.words());
}
