/**
 * Where the data of one room's session is kept: named values of plain JSON. One change writes one value. They end with the room, and go on
 * where the room goes on.
 */
export interface KeptValues {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
  entries(): Iterable<readonly [key: string, value: unknown]>;
}
