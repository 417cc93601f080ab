/**
 * Remembers the last value it made, so that what many clients are told one after the other is made once. The argument is
 * compared by identity, so it must not change.
 */
export function lastOf<Argument extends object, Value>(
  make: (argument: Argument) => Value,
): (argument: Argument) => Value {
  let last: { readonly argument: Argument; readonly value: Value } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, value: make(argument) };
    return last.value;
  };
}
