import { RoomError } from './errors.js';
import type { Attributes } from './index.js';

/** The longest name of a room or of a person, in Unicode code points. */
export const maxNameLength = 256;

/** NFC makes one code point of at most four UTF-16 units, so a longer text is not looked at. */
const unitsPerCharacter = 4;
/** Most names: looked at first, because it costs least. */
const plainAscii = /^[ -~]+$/;

/**
 * Invisible characters that change what is seen: joiners in emoji, after a virama and between joining letters (RFC 5892 A.1, A.2);
 * variants of emoji, keycaps, ideographs, Mongolian and Myanmar letters; the tags of a flag.
 */
const meaningful = [
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u1039\u103A\u17D2])[\u200C\u200D]`,
  String.raw`(?<=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Nkoo}\p{scx=Mong}])\u200C(?=[\p{scx=Arab}\p{scx=Syrc}\p{scx=Nkoo}\p{scx=Mong}])`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=\p{scx=Hani})[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{scx=Mong})[\u180B-\u180D\u180F]`,
  String.raw`(?<=\p{scx=Mymr})\uFE00`,
  String.raw`(?<=\u{1F3F4})[\u{E0020}-\u{E007E}]{1,6}\u{E007F}`,
].join('|');
/** Control characters, line and paragraph separators, lone surrogates, and everything that nobody sees: bidi marks, zero widths, fillers. */
const hostile = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFF9-\uFFFB\p{Default_Ignorable_Code_Point}]`;
const eitherOfThem = new RegExp(`(${meaningful})|${hostile}`, 'gu');

/**
 * The rule for every name that others see, of whatever kind: rooms and people, and what a dialect has besides
 * (docs/decisions/0023-names-and-texts.md).
 * @param kind the beginning of the message, as `The name of a room`
 * @param maxLength in code points
 * @returns the name in Unicode normalization form C
 * @throws RoomError `invalid-name`
 */
export function checkedName(name: string, kind: string, maxLength = maxNameLength): string {
  if (name === '') throw new RoomError('invalid-name', `${kind} must not be empty`);
  if (name.length <= maxLength && plainAscii.test(name)) return name;
  const form = name.length <= maxLength * unitsPerCharacter ? name.normalize() : undefined;
  if (form === undefined || lengthOf(form) > maxLength) {
    throw new RoomError('invalid-name', `${kind} must not have more than ${maxLength} characters`);
  }
  const clean = withoutHostile(form);
  if (clean === form) return form;
  const kept = Array.from(clean);
  const found = Array.from(form).find((character, at) => character !== kept[at]) ?? '';
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  throw new RoomError('invalid-name', `${kind} must not hold the invisible character U+${code}`);
}

/**
 * As `checkedName`, for a name that is an address: its owner and others keep it as they wrote it, so it is not changed but refused.
 * @throws RoomError `invalid-name`
 */
export function assertAddress(name: string, kind: string): void {
  if (checkedName(name, kind) === name) return;
  throw new RoomError('invalid-name', `${kind} must be in Unicode normalization form C`);
}

/** Whether others may be shown a name; the empty one counts as none and may. */
export function isShowable(name: string, maxLength = maxNameLength): boolean {
  try {
    return name === '' || checkedName(name, '', maxLength) !== '';
  } catch {
    return false;
  }
}

/** The nearest name that `checkedName` takes, without blanks at its ends. Empty when nothing is left. */
export function cleanedName(text: string, maxLength = maxNameLength): string {
  const form = withoutHostile(text.slice(0, maxLength * unitsPerCharacter).normalize());
  // What was cut may have been what made the last invisible character meaningful.
  return withoutHostile(Array.from(form).slice(0, maxLength).join('')).trim();
}

/** What a room is found by: people who write its name in different forms of Unicode mean the same room. */
export function roomKey(name: string): string {
  return name.length <= maxNameLength * unitsPerCharacter ? name.normalize() : name;
}

/** What others may see of a participant, and nothing else that a dialect has put there. @throws RoomError `invalid-name` */
export function checkedAttributes(given: Attributes): Attributes {
  const { displayName, dialect, hearsPrivateTexts, peerToPeer, isIngress } = given;
  return {
    displayName: displayName && checkedName(displayName, 'The name of a participant'),
    dialect: checkedName(dialect, 'The name of a dialect'),
    hearsPrivateTexts,
    ...(peerToPeer && { peerToPeer }),
    ...(isIngress && { isIngress }),
  };
}

function withoutHostile(text: string): string {
  return text.replace(eitherOfThem, (_found, kept: string | undefined) => kept ?? '');
}

/** In code points. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
