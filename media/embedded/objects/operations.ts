import type { z } from 'zod';
import { KurentoError } from './kurento-error.js';
import type { Params, Shape } from './parameters.js';
import { readParams } from './parameters.js';

/** One operation of a media object. Takes `operationParams` unchecked, as the client sent them. */
export type Operation<T> = (target: T, given: unknown) => unknown;

/** Operations by name. Each class has one table, which includes the table of its superclass. */
export type Operations<T> = Readonly<Record<string, Operation<T>>>;

export function operation<T, S extends Shape>(shape: S, run: (target: T, params: Params<S>) => unknown): Operation<T> {
  return (target, given) => run(target, readParams(shape, given, 'operationParams'));
}

/** The getter of a property and, when it can be set, its setter (docs/protocols/kurento-media.md#36-invoke). */
export function property<T, S extends z.ZodType>(
  name: string,
  schema: S,
  get: (target: T) => unknown,
  set?: (target: T, value: z.infer<S>) => void,
): Operations<T> {
  const suffix = name.charAt(0).toUpperCase() + name.slice(1);
  const getter = { [`get${suffix}`]: operation({}, get) };
  if (!set) return getter;
  // Without any parameters it is the value that is missing.
  const setter: Operation<T> = (target, given = {}) => {
    const { [name]: value } = readParams({ [name]: schema }, given, 'operationParams');
    set(target, value as z.infer<S>);
  };
  return { ...getter, [`set${suffix}`]: setter };
}

/** @throws KurentoError 40008 when the class has no such operation. */
export function perform<T>(operations: Operations<T>, target: T, name: string, given: unknown): unknown {
  const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (run) return run(target, given);
  const count = typeof given === 'object' && given !== null ? Object.keys(given).length : 0;
  throw new KurentoError(40008, `Method '${name}' with ${count} parameters not found`);
}
