import { RoomError, textFrame } from 'atrium';
import type { Connection, ConnectionListener, Dialect, DialectContext, Participant, RoomEvent } from 'atrium';

/**
 * A protocol of lines, one in each text frame of a WebSocket at /lines. Clients send `join ROOM NAME`, `say TEXT` and `leave`.
 * They are told `came "NAME"`, `named "FORMER" "NAME"`, `went "NAME"`, `said "NAME" TEXT`, `closed`, or `refused CODE`.
 */
export class LineDialect implements Dialect {
  readonly name = 'lines';
  readonly state = { connections: 0 };

  attach(context: DialectContext): void {
    context.doors.open(`${context.pathPrefix}/lines`, (connection) => {
      this.state.connections += 1;
      const gone = (): void => void (this.state.connections -= 1);
      connection.listen(new LineClient(connection, context, gone));
    });
  }

  close(): void {
    // Nothing to release: the rooms are closed before, and the server closes the connections.
  }
}

class LineClient implements ConnectionListener {
  #participant: Participant | undefined;

  constructor(
    readonly connection: Connection,
    readonly context: DialectContext,
    readonly gone: () => void,
  ) {}

  text(line: string): void {
    this.#obey(line.trim().split(' ')).catch((error: unknown) => {
      const isRefusal = error instanceof RoomError;
      if (!isRefusal) this.context.log.error('a line failed', { error });
      this.#send(`refused ${isRefusal ? error.code : 'internal-error'}`);
    });
  }

  binary(): void {
    this.connection.close(1003, 'Lines of text only');
  }

  closed(): void {
    this.#participant?.leave();
    this.gone();
  }

  async #obey([verb, ...words]: readonly string[]): Promise<void> {
    if (verb === 'join') await this.#join(words[0] ?? '', words.slice(1).join(' '));
    else if (verb === 'say' && this.#participant) this.#participant.say(words.join(' '));
    else if (verb === 'leave') this.#participant?.leave();
    else this.#send('refused not-understood');
  }

  async #join(room: string, name: string): Promise<void> {
    this.#participant?.leave();
    const attributes = { displayName: name, dialect: 'lines', hearsPrivateTexts: false };
    await this.context.rooms.join(this.context.names.keyOf(room), { id: name, attributes }, (participant) => {
      // Admission may take its time: the client may have gone, or joined elsewhere.
      if (!this.connection.open || this.#participant?.closed === false) return undefined;
      this.#participant = participant;
      for (const other of participant.room.participants) this.#send(`came ${JSON.stringify(other.name)}`);
      return (event) => {
        this.#send(lineOf(event));
      };
    });
  }

  #send(line: string | undefined): void {
    if (line !== undefined) this.connection.send(textFrame(line));
  }
}

/** Undefined for what this protocol has no words for, such as media. */
function lineOf(event: RoomEvent): string | undefined {
  if (event.type === 'participantJoined') return `came ${JSON.stringify(event.participant.name)}`;
  if (event.type === 'participantRenamed') {
    return `named ${JSON.stringify(event.formerName)} ${JSON.stringify(event.participant.name)}`;
  }
  if (event.type === 'participantLeft') return `went ${JSON.stringify(event.participant.name)}`;
  if (event.type === 'textSaid') return `said ${JSON.stringify(event.from.name)} ${event.text}`;
  return event.type === 'participantEvicted' || event.type === 'roomClosed' ? 'closed' : undefined;
}
