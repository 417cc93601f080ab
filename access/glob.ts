/**
 * Whether the whole text fits a pattern in which `*` stands for any characters and `?` for one. It takes at most as many steps as the
 * product of both lengths, so a pattern from outside cannot keep the server busy.
 */
export function fitsGlob(pattern: string, text: string): boolean {
  const wanted = Array.from(pattern);
  const given = Array.from(text);
  let at = 0;
  let star = -1;
  /** How far the last star reaches. */
  let reached = 0;
  for (let index = 0; index < given.length;) {
    if (wanted[at] === '*') {
      star = at;
      reached = index;
      at += 1;
    } else if (wanted[at] === '?' || (at < wanted.length && wanted[at] === given[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      reached += 1;
      index = reached;
      at = star + 1;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((character) => character === '*');
}
