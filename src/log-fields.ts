/** The longest text of a field, in UTF-16 units. Names and reasons come from outside, and a line is about one fact. */
const maxFieldLength = 200;
const maxMessageLength = 1_000;
/** Lines of a stack. */
const maxFrames = 12;

/** What would break a line, drive a terminal, or hide or turn what is read: written as in JSON, by UTF-16 unit. */
const hostile = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFFF9-\uFFFB\p{Default_Ignorable_Code_Point}]/gu;

/** Shows hostile characters as `\u001b`; a JSON text means the same afterwards. */
export function escaped(text: string): string {
  return text.replace(hostile, (character) =>
    Array.from({ length: character.length }, (_, at) => unitOf(character, at)).join(''),
  );
}

export function boundedMessage(message: string): string {
  return cut(message, maxMessageLength);
}

/** The value of a field as it is logged: a text is cut, an error keeps its place, and what is larger becomes the beginning of its JSON. */
export function boundedField(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  if (value instanceof Error) return boundedError(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  const json = jsonOf(value);
  return json.length <= maxFieldLength ? value : cut(json);
}

/** With its frames; only the first line of the stack holds what may come from outside. */
export function boundedError({ name, message, stack = '' }: Error): { name: string; message: string; stack: string } {
  const first = cut(message);
  const frames = stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, maxFrames)
    .map((line) => cut(line));
  return { name, message: first, stack: [`${name}: ${first}`, ...frames].join('\n') };
}

function cut(text: string, maxLength = maxFieldLength): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}… (${text.length} characters)`;
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'not JSON';
  }
}

function unitOf(character: string, at: number): string {
  return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
}
