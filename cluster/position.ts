import { z } from 'zod';

/** A place in the log of a room: after the entry `seq` of the owner with this epoch. 0 is before the first one. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

/** As Redis has it, the id of an entry of a stream. */
export function positionText({ epoch, seq }: Position): string {
  return `${epoch}-${seq}`;
}

/** Undefined for text that is none. */
export function readPosition(text: string): Position | undefined {
  const [, epoch, seq] = /^(\d{1,16})-(\d{1,16})$/.exec(text) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}

/** Below 0 when `one` is earlier, above 0 when it is later. */
export function comparePositions(one: Position, other: Position): number {
  return one.epoch - other.epoch || one.seq - other.seq;
}

/** As messages and the journal have it. */
export function pair({ epoch, seq }: Position): [epoch: number, seq: number] {
  return [epoch, seq];
}

/** As messages and kept fields have it: epoch and seq. */
export const positionSchema = z.tuple([z.int(), z.int()]).transform(([epoch, seq]): Position => ({ epoch, seq }));
