const blank = /[\t\n\r ]/;

/**
 * The text of a member of an object, byte for byte: parsing and encoding it would change `1.0` and long integers. Of several
 * members of one name the last one counts, as for `JSON.parse`.
 * @param text valid JSON, an object
 * @returns undefined when there is no such member
 */
export function rawMember(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = text.indexOf('{') + 1;
  for (;;) {
    const keyStart = text.indexOf('"', at);
    if (keyStart < 0) return found;
    const keyEnd = endOfString(text, keyStart);
    const start = text.indexOf(':', keyEnd) + 1;
    const end = endOfValue(text, start);
    if (isName(text, keyStart, keyEnd, name)) found = trimmed(text, start, end);
    if (text[end] !== ',') return found;
    at = end + 1;
  }
}

function isName(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length + 2 && text.startsWith(name, start + 1)) return true;
  const key = text.slice(start, end);
  return key.includes('\\') && JSON.parse(key) === name;
}

/** @returns the index behind the closing quote */
function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    let first = at;
    while (text[first - 1] === '\\') first -= 1;
    // An even number of backslashes escape each other.
    if ((at - first) % 2 === 0) return at + 1;
  }
}

/** @returns the index of the comma or brace behind the value */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case '"':
        at = endOfString(text, at) - 1;
        break;
      case '{':
      case '[':
        depth += 1;
        break;
      case ',':
        if (depth === 0) return at;
        break;
      case '}':
      case ']':
        if (depth === 0) return at;
        depth -= 1;
    }
  }
  return text.length;
}

function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (blank.test(text.charAt(from))) from += 1;
  while (to > from && blank.test(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}
