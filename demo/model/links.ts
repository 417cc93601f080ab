/** A piece of a text. With `href` it is a link. */
export interface Piece {
  readonly text: string;
  readonly href?: string;
}

/**
 * What may be an address: no spaces, no characters that nobody sees, no quotation marks, and none of the marks that end a sentence in
 * scripts without spaces.
 */
const address = /(?<![\w@])(?:https?:\/\/|www\.)[^\s\p{Cc}\p{Cf}<>"`\\«»“”„…。，、；：！？（）「」『』【】《》]+/giu;
const sentenceMarks = ".,:;!?'’*";
const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** The links in a text, and what is between them. Only http and https, so that a click never runs a script. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(address)) {
    const link = withoutMarks(found);
    const href = hrefOf(link);
    if (href === undefined) continue;
    if (index > end) pieces.push({ text: text.slice(end, index) });
    pieces.push({ text: link, href });
    end = index + link.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** The end of a sentence, and brackets around the address, are no part of it; brackets in it are. */
function withoutMarks(found: string): string {
  /** How many of each bracket there are in the address. */
  const brackets = new Map<string, number>();
  const count = (bracket: string): number => brackets.get(bracket) ?? 0;
  for (const character of found) brackets.set(character, count(character) + 1);
  let { length } = found;
  for (; length > 0; length--) {
    const last = found.charAt(length - 1);
    const opener = openers[last];
    const isForeign = opener === undefined ? sentenceMarks.includes(last) : count(last) > count(opener);
    if (!isForeign) break;
    brackets.set(last, count(last) - 1);
  }
  return found.slice(0, length);
}

/** Undefined for what is no address, and for one with a user name: `https://bank.example@evil.example` deceives its reader. */
function hrefOf(link: string): string | undefined {
  const isBare = link.toLowerCase().startsWith('www.');
  try {
    const { href, hostname, username, password } = new URL(isBare ? `https://${link}` : link);
    const isNamed = isBare ? /^www\.[^.]+\../u.test(hostname) : hostname !== '';
    return isNamed && username === '' && password === '' ? href : undefined;
  } catch {
    return undefined;
  }
}
