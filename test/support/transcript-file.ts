import { readFileSync, readdirSync } from 'node:fs';

/**
 * Conversations are kept in test/transcripts/, one file for each section of the protocol. The first line names the
 * section, `== title` begins a scene, and each line of a scene is one frame of one client:
 *
 *     # Kurento Room §3.1 joinRoom
 *
 *     == a name that is taken is refused with 104
 *     ana -> {"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ana","room":"r"},"id":1}
 *     ana <- {"id":1,"result":{"value":[],"sessionId":"$ana"},"jsonrpc":"2.0"}
 *     # when: The name is taken in that room.
 *     berta -> {"jsonrpc":"2.0","method":"joinRoom","params":{"user":"ana","room":"r"},"id":1}
 *     berta <- {"id":1,"error":{"code":104,"message":"$*"},"jsonrpc":"2.0"}
 *     berta <- closed 1000
 *
 * `->` is sent as it stands (it need not be JSON), after filling in `$publishOffer`, `$receiveOffer` and what was bound;
 * `<-` must be the next frame that client gets, in this order, with these members and no others. A text `$name` fits any
 * text the first time and must be the same text later; `$*part` fits any text with `part` in it, `$*` any text at all,
 * `$#` any number. `$modToken`, `$anaToken`, `$oldToken` and `$badToken` are tokens (tokens.ts).
 * `ana cut` ends ana's connection as a crash does. Candidates of the media server come when they come: they are passed
 * over unless the line asks for one. At the end nobody may have been sent anything else.
 *
 * `! direction` has the server or the media server act (stage.ts): such scenes are played on media in memory, the others
 * on the whole server. `! on the embedded engine` is no such direction: the scene is played on the whole server, but only where
 * that is its media server. `# when: condition` says which condition of the table of errors the refusals after it show, up to
 * the next blank line, comment or title.
 */
export interface Transcript {
  /** Without the ending. */
  readonly name: string;
  /** The section, as `Kurento Room §3.1 joinRoom`. */
  readonly section: string;
  readonly scenes: readonly Scene[];
}

export interface Scene {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Line {
  /** File and line, for messages. */
  readonly where: string;
  /** A client, or empty for a direction. */
  readonly who: string;
  readonly type: 'send' | 'receive' | 'closed' | 'cut' | 'direction';
  readonly text: string;
  /** The condition of the table of errors that is shown. */
  readonly when: string | undefined;
}

const embedded = 'on the embedded engine';

/** Whether the scene holds on the embedded engine alone, as one about what a Kurento media server has and the engine has not. */
export function isOfEmbeddedEngine({ lines }: Scene): boolean {
  return lines.some(({ type, text }) => type === 'direction' && text === embedded);
}

/** Whether the server or the media server acts in the scene. */
export function isDirected({ lines }: Scene): boolean {
  return lines.some(({ type, text }) => type === 'direction' && text !== embedded);
}

/** A refusal that a scene shows. */
export interface ShownError {
  readonly where: string;
  readonly code: number;
  /** The request that was refused; undefined when the frame was none. */
  readonly method: string | undefined;
  readonly when: string | undefined;
}

export const transcriptFolder = new URL('../transcripts/', import.meta.url);

/** Those of the room protocol, or of another one in a folder of its own. */
export function readTranscripts(folder = transcriptFolder): Transcript[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  return files
    .sort(new Intl.Collator('en', { numeric: true }).compare)
    .map((file) => parse(file, readFileSync(new URL(file, folder), 'utf8')));
}

/** Every refusal the transcripts show, in their order. */
export function errorsShown(transcripts: readonly Transcript[]): ShownError[] {
  return transcripts.flatMap(({ scenes }) => scenes.flatMap(errorsIn));
}

function parse(file: string, text: string): Transcript {
  const [first = '', ...rest] = text.split('\n');
  const section = /^# (Kurento (?:Room|media protocol) §.*)$/.exec(first)?.[1];
  if (section === undefined) throw new Error(`${file}: the first line must name the section`);
  const scenes: { title: string; lines: Line[] }[] = [];
  let when: string | undefined;
  for (const [index, line] of rest.entries()) {
    const where = `${file}:${index + 2}`;
    const title = /^== (.*)$/.exec(line)?.[1];
    if (title !== undefined) scenes.push({ title, lines: [] });
    if (title !== undefined || line === '' || line.startsWith('#')) {
      when = /^# when: (.*)$/.exec(line)?.[1];
      continue;
    }
    const scene = scenes.at(-1);
    if (!scene) throw new Error(`${where}: a scene must have a title`);
    scene.lines.push({ where, when, ...lineOf(line, where) });
  }
  return { name: file.replace(/\.txt$/, ''), section, scenes };
}

function lineOf(line: string, where: string): Pick<Line, 'who' | 'type' | 'text'> {
  if (line.startsWith('! ')) return { who: '', type: 'direction', text: line.slice(2) };
  const [, who = '', sign = '', text = ''] = /^(\w+) (->|<-|cut)(?: (.*))?$/.exec(line) ?? [];
  switch (sign) {
    case '->':
      return { who, type: 'send', text };
    case '<-':
      return text.startsWith('closed ') ? { who, type: 'closed', text: text.slice(7) } : { who, type: 'receive', text };
    case 'cut':
      return { who, type: 'cut', text };
    default:
      throw new Error(`${where}: not a line of a transcript: ${line}`);
  }
}

function errorsIn({ lines }: Scene): ShownError[] {
  const asked = new Map<string, string>();
  const shown: ShownError[] = [];
  for (const { who, type, text, where, when } of lines) {
    if (type === 'send') {
      const { id, method } = frameOf(text);
      if (id !== undefined && typeof method === 'string') asked.set(`${who} ${JSON.stringify(id)}`, method);
    } else if (type === 'receive') {
      const { id, error } = frameOf(text);
      const code = (error as { code?: number } | undefined)?.code;
      if (code !== undefined) shown.push({ where, code, method: asked.get(`${who} ${JSON.stringify(id)}`), when });
    }
  }
  return shown;
}

function frameOf(text: string): Record<string, unknown> {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
