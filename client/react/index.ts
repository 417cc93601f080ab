/** The room for pages that are written with React: `@atrium/client/react`. */
import { createElement, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { AudioHTMLAttributes, ReactElement, VideoHTMLAttributes } from 'react';
import { ClientError, Room } from '../index.js';
import type {
  ChatMessage,
  EndDetails,
  EndReason,
  LocalPublication,
  Participant,
  Publication,
  RoomOptions,
  RoomState,
} from '../index.js';

/** What `useRoom` knows. */
export interface RoomInUse {
  /** Undefined until the component is on the page, while there are no options, and when they are wrong. */
  readonly room: Room | undefined;
  /** As `Room.state`. Without a room `new`, or `closed` when the options are wrong. */
  readonly state: RoomState;
  /** Why the room could not be joined, with `code` and `advice`. The hook does not throw. */
  readonly error: ClientError | undefined;
  /** Why we are not in the room any more: what the event `closed` of a `Room` has. */
  readonly end: (EndDetails & { readonly reason: EndReason }) | undefined;
}

const none: Omit<RoomInUse, 'state'> = { room: undefined, error: undefined, end: undefined };

/**
 * Joins the room when the component comes on the page, and leaves it when the component goes. Another `url`, `room` or `user` leaves and
 * joins that one; other options count for the next join.
 * @param options undefined: we are in no room, and leave the one that we are in
 */
export function useRoom(options: RoomOptions | undefined): RoomInUse {
  const [{ room, error, end }, setInUse] = useState(none);
  const state = useReading(room, (source) => source.state, eventsOfState, error ? 'closed' : 'new');
  const { url, room: name, user } = options ?? {};
  useEffect(() => {
    if (!options) return undefined;
    let isGone = false;
    const show = (change: Partial<typeof none>): void => {
      if (!isGone) setInUse((before) => ({ ...before, ...change }));
    };
    const fail = (thrown: unknown): void => {
      show({ error: thrown instanceof ClientError ? thrown : new ClientError('server-error', String(thrown)) });
    };
    let joining: Room | undefined;
    try {
      joining = new Room(options);
      joining.on('closed', (reason, details) => {
        show({ end: { reason, ...details } });
      });
      show({ room: joining });
    } catch (thrown) {
      fail(thrown);
    }
    // StrictMode takes the component off and puts it back at once, and that asks nothing of the server.
    queueMicrotask(() => {
      if (!isGone) joining?.join().catch(fail);
    });
    return () => {
      isGone = true;
      setInUse(none);
      void joining?.leave();
    };
  }, [String(url), name, user, options === undefined]);
  return { room, state, error, end };
}

/** The others, in the order in which they came. Renders again when one comes or goes, and when a name, a mute, a hand or a `connectionQuality` changes. */
export function useParticipants(room: Room | undefined): readonly Participant[] {
  return useReading(room, ({ participants }) => [...participants.values()], eventsOfParticipants, nobody);
}

/** What a participant publishes. Renders again when a stream comes or goes. */
export function usePublications(participant: Participant | undefined): readonly Publication[] {
  return useReading(participant, ({ publications }) => [...publications.values()], eventsOfStreams, nothing);
}

/** What `usePublication` knows: these members of a `Publication`. */
export type PublicationNow = Pick<Publication, 'state' | 'failure' | 'quality' | 'muted'>;

/** How a publication comes through, and what of it is muted. Without a publication its state is `closed`. */
export function usePublication(publication: Publication | LocalPublication | undefined): PublicationNow {
  return useReading(publication, now, eventsOfPublication, absent);
}

/** What was said to everybody, as `Room.messages`. */
export function useMessages(room: Room | undefined): readonly ChatMessage[] {
  return useReading(room, ({ messages }) => messages, eventsOfChat, silence);
}

type Stop = () => void;
type Watch<Source> = (source: Source, changed: () => void) => Stop[];
const nobody: readonly Participant[] = [];
const nothing: readonly Publication[] = [];
const silence: readonly ChatMessage[] = [];
const absent: PublicationNow = { state: 'closed', failure: undefined, quality: 'unknown', muted: [] };

const now = ({ state, failure, quality, muted }: PublicationNow): PublicationNow => {
  return { state, failure, quality, muted };
};
const eventsOfState: Watch<Room> = (room, changed) => [room.on('state', changed)];
const eventsOfChat: Watch<Room> = (room, changed) => [room.on('message', changed), room.on('state', changed)];
const eventsOfStreams: Watch<Participant> = (participant, changed) =>
  (['published', 'unpublished'] as const).map((name) => participant.on(name, changed));
const eventsOfPublication: Watch<Publication | LocalPublication> = (source, changed) =>
  // Two classes with the same events, which the compiler does not see as one.
  (['state', 'quality', 'muted', 'unmuted'] as const).map((name) =>
    'subscribe' in source ? source.on(name, changed) : source.on(name, changed),
  );
const eventsOfParticipants: Watch<Room> = (room, changed) => {
  const watched = new Set<Participant>();
  const update = (): void => {
    for (const each of room.participants.values()) {
      if (!watched.has(each)) stops.push(each.on('updated', changed), each.on('stateChanged', changed));
      watched.add(each);
    }
    changed();
  };
  const stops = (['participantJoined', 'participantLeft', 'state', 'participantQuality'] as const).map((name) =>
    room.on(name, update),
  );
  update();
  return stops;
};

/**
 * What `read` finds in the source. All components see the same at one time: it is read for each render.
 * @param watch calls back on each change, and returns what ends it, to which more may be added
 */
function useReading<Source, Value>(
  source: Source | undefined,
  read: (source: Source) => Value,
  watch: Watch<Source>,
  without: Value,
): Value {
  const { subscribe, current } = useMemo(() => {
    let last = source ? read(source) : without;
    return {
      current: (): Value => {
        const now = source ? read(source) : without;
        return isSame(last, now) ? last : (last = now);
      },
      subscribe: (changed: Stop): Stop => {
        if (!source) return () => undefined;
        const stops = watch(source, () => {
          // The members may be the same ones, of which something has changed.
          last = read(source);
          changed();
        });
        return () => {
          for (const stop of stops) stop();
        };
      },
    };
  }, [source, without]);
  return useSyncExternalStore(subscribe, current, current);
}

/** Whether two values, or their members, are the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!(one instanceof Object) || !(other instanceof Object)) return false;
  const [before, now] = [Object.entries(one), Object.entries(other)];
  return before.length === now.length && now.every(([key, value]) => Object.is(Reflect.get(one, key), value));
}

/** What `Video` and `Audio` play. */
export interface Played {
  /** The room of the publication. */
  readonly room: Room;
  /** Our own is shown without sound. Undefined: an empty element. */
  readonly publication: Publication | LocalPublication | undefined;
}

/** `room`, `publication`, and what a `video` element takes. */
export type VideoProps = Played & VideoHTMLAttributes<HTMLVideoElement>;
/** `room`, `publication`, and what an `audio` element takes. */
export type AudioProps = Played & AudioHTMLAttributes<HTMLAudioElement>;

/** A `video` element that shows a publication, with its sound, as `Room.attach`. */
export function Video(props: VideoProps): ReactElement {
  return usePlayer('video', { playsInline: true, ...props });
}

/** An `audio` element that plays a publication, as `Room.attach`. */
export function Audio(props: AudioProps): ReactElement {
  return usePlayer('audio', props);
}

function usePlayer(tag: 'video' | 'audio', { room, publication, ...rest }: VideoProps | AudioProps): ReactElement {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    return publication && element.current ? room.attach(publication, element.current) : undefined;
  }, [room, publication]);
  return createElement(tag, { ...rest, ref: element });
}
