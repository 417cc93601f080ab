import type { ComeBack, RecordOf, Room, Rooms } from '../rooms/index.js';
import type { ClusterNode } from './node.js';
import type { RoomRelay } from './room-relay.js';

/** What the rooms of a node have on media servers. */
export interface MediaOfRooms {
  /** URLs of the media servers that a pipeline is on. Empty for a record that cannot be read. */
  serversOf(pipeline: string): readonly string[];
  /** The room belongs to another node: what no journal can have is released, all else is let go. */
  stepDown(room: string): void;
  /** Nobody goes on with the room: all that it has is released once the next commit is there. @param pipeline its record, as kept */
  discard(room: string, pipeline: string | undefined): void;
}

/** What is there once the server is put together. */
export interface OwnedRoomsParts {
  readonly node: Pick<ClusterNode, 'counts' | 'journals'> & {
    readonly directory: Pick<ClusterNode['directory'], 'claim' | 'deaf' | 'moved' | 'ownRoom'>;
    readonly membership: Pick<ClusterNode['membership'], 'state'>;
  };
  readonly rooms: Pick<Rooms, 'find' | 'letGo' | 'restoreRefusals' | 'restoreRoom'>;
  /** What lists say of a room that is open. */
  readonly summaryOf: (room: Room) => string;
  /** Nothing is listed of the room any more. */
  readonly unlisted: (hash: string) => void;
  readonly recordOf: RecordOf;
  readonly comeBack: ComeBack;
  /** Called with what is kept of a room that another node may have had, before that is restored. */
  readonly keptOf?: (room: string, fields: ReadonlyMap<string, string>) => void;
  readonly media: MediaOfRooms;
  readonly relay?: RoomRelay | undefined;
}
