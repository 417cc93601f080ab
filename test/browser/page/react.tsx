/** @jsxImportSource react */
import { StrictMode, useState } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { openDevices } from '../../../client/index.js';
import type { Participant, Publication, Room } from '../../../client/index.js';
import {
  Video,
  useMessages,
  useParticipants,
  usePublication,
  usePublications,
  useRoom,
} from '../../../client/react/index.js';

interface Guest {
  readonly user: string;
  readonly room: string;
}
declare global {
  interface Window {
    /** The page shows these guests from now on. */
    show(url: string, guests: readonly Guest[]): void;
  }
}

function Picture({ room, publication }: { readonly room: Room; readonly publication: Publication }): ReactElement {
  const { state, muted } = usePublication(publication);
  return (
    <figure>
      <Video room={room} publication={publication} muted width={160} />
      <figcaption>{[state, ...muted].join(' ')}</figcaption>
    </figure>
  );
}

function Other({ room, participant }: { readonly room: Room; readonly participant: Participant }): ReactElement {
  const publications = usePublications(participant);
  return (
    <li>
      <b>{participant.name}</b>
      {publications.map((each) => (
        <Picture key={each.id} room={room} publication={each} />
      ))}
    </li>
  );
}

function Guest({ url, user, room: name }: Guest & { readonly url: string }): ReactElement {
  const { room, state, error, end } = useRoom({ url, room: name, user });
  const others = useParticipants(room);
  const messages = useMessages(room);
  const publish = async (): Promise<void> => void (await room?.publish(await openDevices()));
  return (
    <section aria-label={user}>
      <p>{error?.code ?? end?.reason ?? state}</p>
      <ul>{room && others.map((each) => <Other key={each.id} room={room} participant={each} />)}</ul>
      <ol>
        {messages.map(({ id, name: from, text }) => (
          <li key={id}>
            {from}: {text}
          </li>
        ))}
      </ol>
      <button onClick={() => void room?.chat(`I am ${user}`)}>Say</button>
      <button onClick={() => void room?.self.update({ name: `${user} the Great` })}>Rename</button>
      <button onClick={() => void publish()}>Publish</button>
      <button onClick={() => room?.localPublication?.mute('audio')}>Mute</button>
    </section>
  );
}

function Page(): ReactElement {
  const [{ url, guests }, show] = useState<{ url: string; guests: readonly Guest[] }>({ url: '', guests: [] });
  window.show = (from, these) => {
    show({ url: from, guests: these });
  };
  return (
    <>
      {guests.map((guest) => (
        <Guest key={guest.user} url={url} {...guest} />
      ))}
    </>
  );
}

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
