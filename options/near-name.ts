/** Edits that a name may be away, by its length: short names are near to many words that mean something else. */
const farthest = (name: string): number => (name.length >= 8 ? 2 : name.length >= 4 ? 1 : 0);

/** The name among `names` that somebody may have meant. Undefined when there is none near enough. */
export function nearName(given: string, names: readonly string[]): string | undefined {
  const near = names
    .filter((name) => mayBeNear(given, name))
    .map((name) => ({ name, edits: editsBetween(given, name) }))
    .filter(({ name, edits }) => edits <= farthest(name));
  return near.sort((one, other) => one.edits - other.edits)[0]?.name;
}

/** For the end of a message about an unknown name. Empty when none is near. */
export function orNear(given: string, names: readonly string[]): string {
  const near = nearName(given, names);
  return near === undefined ? '' : `, did you mean ${near}?`;
}

/** A variable that has no effect, and the one that was probably meant. */
export interface NearMiss {
  readonly given: string;
  readonly meant: string;
}

/** Variables that POSIX systems set themselves. `LOGNAME` is near to LOG_NAMES. */
const ofSystems = new Set('COLUMNS HOME LANG LINES LOGNAME OLDPWD PATH PWD SHELL TERM TMPDIR TZ USER'.split(' '));

/** Variables that are none of `ours` and none of the system, and look as if one of ours was meant. */
export function nearMissesOf(env: NodeJS.ProcessEnv, ours: readonly string[]): readonly NearMiss[] {
  return Object.keys(env).flatMap((given) => {
    const meant = ours.includes(given) || ofSystems.has(given) ? undefined : nearName(given, ours);
    return meant === undefined ? [] : [{ given, meant }];
  });
}

/**
 * Whether counting the edits is worth its time. A letter that only one of the two has needs an edit of its own to come or to go, and each
 * server compares all variables of its environment with all names.
 */
function mayBeNear(given: string, name: string): boolean {
  const edits = farthest(name);
  return (
    Math.abs(name.length - given.length) <= edits && strangers(given, name) <= edits && strangers(name, given) <= edits
  );
}

/** How many letters of the first are not in the second. */
function strangers(one: string, other: string): number {
  let count = 0;
  for (const letter of one) if (!other.includes(letter)) count += 1;
  return count;
}

/** How many letters are added, left out, replaced, or swapped with the next. */
function editsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const replaced = at(last, column - 1) + (isSame ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
          ? at(before, column - 2) + 1
          : Infinity;
      line.push(Math.min(at(last, column) + 1, at(line, column - 1) + 1, replaced, swapped));
    }
    [before, last] = [last, line];
  }
  return at(last, other.length);
}

function at(line: readonly number[], index: number): number {
  return line[index] ?? Infinity;
}
