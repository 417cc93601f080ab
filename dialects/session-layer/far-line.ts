import type { Line, LineClient } from '../../cluster/port.js';
import type { Frame } from '../../transport/frame.js';
import type { SocketClient } from './socket-client.js';

/** A line, and the client at its end. */
export class FarLine implements LineClient {
  readonly attached: LineClient['attached'];
  readonly unknown: LineClient['unknown'];
  readonly left: LineClient['left'];
  readonly idle: LineClient['idle'];
  readonly #client: SocketClient;
  #line: Line | undefined;
  /** The client is in no room any more. */
  isOver = false;
  /** What comes before the client was answered that its session goes on. */
  #held: Frame[] | undefined;

  /** @param holds whether nothing is written until `flow` */
  constructor(
    client: SocketClient,
    holds: boolean,
    { attached, unknown, left, idle }: Pick<LineClient, 'attached' | 'unknown' | 'left' | 'idle'>,
  ) {
    this.#client = client;
    this.#held = holds ? [] : undefined;
    this.attached = attached;
    this.unknown = unknown;
    this.left = left;
    this.idle = idle;
  }

  begin(make: (client: LineClient) => Line): void {
    this.#line = make(this);
  }

  get room(): string | undefined {
    return this.#line?.room;
  }

  get isIn(): boolean {
    return this.#line?.isIn === true;
  }

  get unserved(): number {
    return this.#line?.unserved ?? 0;
  }

  send(text: string, withinMs?: number): void {
    this.#line?.send(text, withinMs);
  }

  write(frame: Frame): void {
    if (this.#held) this.#held.push(frame);
    else this.#client.send(frame);
  }

  flow(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const frame of held ?? []) this.#client.send(frame);
  }

  close(code: number, reason: string): void;
  close(reason: string, isOver: boolean): void;
  close(first: number | string, second: string | boolean): void {
    if (typeof first === 'number') this.#client.close(first, String(second));
    else this.#line?.close(first, second === true);
  }
}
