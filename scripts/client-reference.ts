import type { ClientTypes, ModelItem, ModelToken, TokenRange } from './client-types.mjs';
import { anchor, page, table } from './markdown.js';

/** docs/client-reference.md, made from the types of the client library and their comments. */
export const clientReferencePath = new URL('../docs/client-reference.md', import.meta.url);

interface Group {
  readonly title: string;
  readonly intro: string;
  readonly names: string;
}

/** Every name that the library exports, in the order of the page. */
const groups: readonly Group[] = [
  {
    title: 'A whole call',
    intro:
      'The element `<atrium-call>`, from `@atrium/client/call` or `/client/atrium-call.js`, and `embed`, which puts one into a page.',
    names:
      'AtriumCallElement AtriumCallEventMap CallButton CallLayout CallState CallHandle CallEnd AtriumCallConstructor embed EmbedOptions',
  },
  {
    title: 'The room',
    intro: 'From here on everything is in `@atrium/client`, or `/client/atrium-client.js`.',
    names:
      'Room RoomOptions EntranceOptions SessionOptions RoomEvents RoomState RoomSettings ActiveSpeaker EndReason EndDetails ServerStop',
  },
  {
    title: 'Those that are in it',
    intro: 'The others are `room.participants`; we ourselves are `room.self`.',
    names: 'Participant ParticipantEvents ParticipantState Profile Self SelfEvents ProfileChanges Grants',
  },
  {
    title: 'What we publish',
    intro: '`room.publish` and `room.shareScreen` give it.',
    names: 'LocalPublication LocalPublicationEvents PublishOptions',
  },
  {
    title: 'What the others publish',
    intro: '`participant.publications` has it.',
    names:
      'Publication PublicationEvents PublicationState SubscriptionWish Subscription SubscriptionEvents StreamSource MediaKind',
  },
  {
    title: 'How it comes through',
    intro: '`publication.quality` is enough for most pages. The numbers behind it:',
    names: 'Quality QualityLevel ConnectionStatistics MediaStatistics ratesBetween Rates MediaReport CandidatePair',
  },
  { title: 'Chat and data', intro: '`room.chat` and `room.send` send them.', names: 'ChatMessage DataMessage' },
  {
    title: 'For moderators',
    intro: '`room.moderation`, for a user whose `room.self.moderates` is true.',
    names: 'Moderation ModerationEvents Waiting Removal OfStream GrantChanges Role RoomChanges',
  },
  {
    title: 'Recordings',
    intro:
      '`room.recordings`: everybody sees what is recorded; `room.self.mayRecord` says whether the user may record.',
    names: 'Recordings RecordingsEvents Recording RecordingState RecordingEnd RecordingOptions RecordingDetails',
  },
  {
    title: 'Devices and loudness',
    intro: 'Devices need no room. `Speakers`, `OwnSpeech` and `MutedSpeech` listen to one.',
    names:
      'openDevices DeviceWish Facing openScreen listDevices watchDevices Devices Device LevelMeter decibels Speakers SpeakersEvents SpeakersOptions OwnSpeech MutedSpeech MutedSpeechEvents MutedSpeechOptions blur canBlur isBlurred iceServersOf',
  },
  {
    title: 'Errors',
    intro: 'What can fail rejects with a `ClientError`.',
    names: 'ClientError ClientErrorCode Advice',
  },
  { title: 'Events', intro: 'Everything that tells something is an `Emitter`.', names: 'Emitter EventMap' },
];

const forReact: Group = {
  title: 'With React',
  intro: 'From `@atrium/client/react`.',
  names:
    'useRoom RoomInUse useParticipants usePublications usePublication PublicationNow useMessages Video VideoProps Audio AudioProps Played',
};

/** They are those of every element. */
const ofElements = new Set(['addEventListener', 'removeEventListener']);

/** @param entries as `clientTypes` gives them. Throws where a public name has no place in the page or no comment */
export function clientReference(entries: readonly ClientTypes[]): Promise<string> {
  const [library, react] = ['atrium-client', 'atrium-react'].map((name) =>
    entries.find((entry) => entry.name === name),
  );
  if (!library || !react) throw new Error('The types of the library are missing.');
  const reference = new Reference([...groups, forReact]);
  const sections = [...groups.map((group) => reference.section(group, library)), reference.section(forReact, react)];
  reference.check(library, react);
  return page([
    '# Reference of the client library',
    '<!-- Made by `npm run docs` from the types in client/ and their comments. -->',
    'All that [`@atrium/client`](../client/README.md) exports. Its README is the way to begin; this page is for looking things up. A name with `?` may be absent.',
    [...groups, forReact].map(({ title, names }) => `- [${title}](#${anchor(title)}): ${linked(names)}`).join('\n'),
    ...sections.flat(),
    '`@atrium/client/original` is the browser library of 2016 and keeps its interface: [from-kurento-room.md](from-kurento-room.md).',
  ]);
}

function linked(names: string): string {
  return names
    .split(' ')
    .map((name) => `[${name}](#${anchor(name)})`)
    .join(', ');
}

const nameOf = ({ name = '' }: ModelItem): string => name.replace(/_\d+$/, '');
const itemsOf = ({ model }: ClientTypes): readonly ModelItem[] => model.members.flatMap(({ members }) => members);

class Reference {
  readonly #names: ReadonlySet<string>;
  readonly #faults: string[] = [];

  constructor(all: readonly Group[]) {
    this.#names = new Set(all.flatMap(({ names }) => names.split(' ')));
  }

  section({ title, intro, names }: Group, entry: ClientTypes): string[] {
    const items = new Map(itemsOf(entry).map((item) => [nameOf(item), item]));
    const blocks = names.split(' ').flatMap((name) => {
      const item = items.get(name);
      if (item) return [`### ${name}`, ...this.#item(item, entry.types)];
      this.#faults.push(`${name} is not exported`);
      return [];
    });
    return [`## ${title}`, intro, ...blocks];
  }

  /** Throws for what is missing. */
  check(...entries: readonly ClientTypes[]): void {
    const homeless = entries.flatMap(itemsOf).filter((item) => !this.#names.has(nameOf(item)));
    const faults = [
      ...this.#faults,
      ...homeless.map((item) => `${nameOf(item)} has no place in scripts/client-reference.ts`),
    ];
    if (faults.length > 0) throw new Error(`The reference of the client library is not whole:\n${faults.join('\n')}`);
  }

  #item(item: ModelItem, types: string): string[] {
    const { text, more } = this.#comment(item, nameOf(item));
    const about = [...text, ...more, ...this.#bases(item)];
    if (item.kind === 'Function')
      return [this.#code(item.excerptTokens.slice(0, -1), /^export (declare )?function /), ...about];
    if (item.kind === 'TypeAlias') return [...about, this.#alias(item, types)];
    const members = inOrder(item, types).filter(({ isProtected, name = '' }) => !isProtected && !ofElements.has(name));
    const named = members.map((member) => ({ member, ...this.#comment(member, `${nameOf(item)}.${nameOf(member)}`) }));
    const isValue = ({ kind }: ModelItem): boolean => kind.startsWith('Property');
    const values = named.filter(({ member }) => isValue(member));
    const methods = named.filter(({ member }) => !isValue(member));
    const isEvents = /Events$|EventMap$/.test(nameOf(item));
    const rows = values.map(({ member, text: meaning, more: rest }) => {
      const name = `\`${nameOf(member)}${member.isOptional === true ? '?' : ''}\``;
      return [name, isEvents ? this.#given(member) : this.#type(member), oneLine([...meaning, ...rest].join(' '))];
    });
    return [
      ...about,
      ...(rows.length > 0 ? [table(isEvents ? ['event', 'with', ''] : ['member', 'type', ''], rows)] : []),
      ...methods.map(({ member, text: meaning, more: rest }) =>
        [`- ${this.#method(member, nameOf(item))}  `, oneLine([...meaning, ...rest].join(' '))].join('\n  '),
      ),
    ];
  }

  /** What the comment says; each of its parameters is a line. Without a comment the page is not whole. */
  #comment({ docComment = '' }: ModelItem, name: string): { readonly text: string[]; readonly more: string[] } {
    const plain = docComment
      .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
      .replace(/^ *\* ?/gm, '')
      .trim()
      .replace(/\bdocs\/([\w./-]+\.md)(#[\w-]+)?/g, (_, path: string, at = '') => `[${path}](${path}${String(at)})`);
    const [text = '', ...tags] = plain.split(/^@(?=param|returns|throws)/m);
    // What API Extractor says of a constructor without a comment.
    if (plain === '' || plain.startsWith('Constructs a new instance of')) this.#faults.push(`${name} has no comment`);
    const line = (tag: string): string =>
      oneLine(tag)
        .replace(/^param (\w+) (?:- )?/, '`$1`: ')
        .replace(/^returns /, 'Returns ');
    return { text: text.trim() === '' ? [] : [text.trim()], more: tags.map((tag) => ended(line(tag))) };
  }

  #bases({ kind, excerptTokens, extendsTokenRange, extendsTokenRanges = [] }: ModelItem): string[] {
    const ranges = [...(extendsTokenRange ? [extendsTokenRange] : []), ...extendsTokenRanges];
    const bases = ranges.map((range) => excerptTokens.slice(range.startIndex, range.endIndex));
    if (bases.length === 0) return [];
    const [base, , events] = bases[0] ?? [];
    if (base?.text === 'Emitter' && events) return [`Its events: ${linked(events.text)}.`];
    const all = bases.map((tokens) => this.#code(tokens)).join(' and ');
    return [kind === 'Class' ? `It is an ${all}.` : `Has the members of ${all} too.`];
  }

  #type(member: ModelItem): string {
    const tokens = inRange(member, member.propertyTypeTokenRange);
    return this.#code(tokens, /$^/, member.isOptional === true ? / \| undefined$/ : /$^/);
  }

  /** What a listener gets. */
  #given(member: ModelItem): string {
    const tokens = inRange(member, member.propertyTypeTokenRange);
    const isTuple = tokens[0]?.text.startsWith('[') === true;
    return isTuple ? this.#code(tokens, /^\[/, /\]$/) : this.#code(tokens);
  }

  #method(member: ModelItem, owner: string): string {
    const tokens = member.excerptTokens;
    const [first, ...rest] = tokens;
    if (!first) return '';
    const text = first.text.replace(/^constructor/, `new ${owner}`).replace(/^static /, `${owner}.`);
    return this.#code([{ ...first, text }, ...rest], /$^/, /;$/);
  }

  /** Its members, or its values with what is said of each, or its type. */
  #alias(item: ModelItem, types: string): string {
    const declared = new RegExp(`^export declare type ${nameOf(item)}\\b[^]*?;\\n\\n`, 'm').exec(types)?.[0] ?? '';
    const values = [
      ...declared.matchAll(/(?:\/\*\* (?<meaning>(?:[^*]|\*(?!\/))*) \*\/\s*)?(?:\|\s*)?'(?<value>[^']+)'/g),
    ];
    const commented = values.filter(({ groups: found }) => found?.meaning !== undefined);
    const type = inRange(item, item.typeTokenRange);
    const text = type.map((token) => token.text).join('');
    if (text.includes('\n')) return ['```ts', `type ${nameOf(item)} = ${text};`, '```'].join('\n');
    if (commented.length === 0) return this.#code(type);
    const rows = values.map(({ groups: found }) => {
      if (found?.meaning === undefined) this.#faults.push(`${nameOf(item)} has no comment for ${String(found?.value)}`);
      return [`\`${String(found?.value)}\``, found?.meaning ?? ''];
    });
    return table(['value', ''], rows);
  }

  /** Code with links to what the page has. @param before, after what is left out of it */
  #code(tokens: readonly ModelToken[], before = /$^/, after = /$^/): string {
    const parts: { text: string; readonly target: string | undefined }[] = [];
    for (const [index, { kind, text: full }] of tokens.entries()) {
      let text = full.replace(/\s+/g, ' ');
      if (index === 0) text = text.replace(before, '');
      if (index === tokens.length - 1) text = text.replace(after, '');
      const target = kind === 'Reference' && this.#names.has(text) ? text : undefined;
      const last = parts.at(-1);
      if (last && !last.target && !target) last.text += text;
      else parts.push({ text, target });
    }
    // Code neither begins nor ends with a space: Markdown would leave it out.
    const code = (text: string): string => text.replace(/\S(?:.*\S)?/, '`$&`');
    return parts.map(({ text, target }) => (target ? `[\`${text}\`](#${anchor(target)})` : code(text))).join('');
  }
}

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');
const ended = (text: string): string => (/[.:!?]$/.test(text) ? text : `${text}.`);

function inRange({ excerptTokens }: ModelItem, range: TokenRange | undefined): readonly ModelToken[] {
  return range ? excerptTokens.slice(range.startIndex, range.endIndex) : [];
}

/** The members as they are declared: the model has them by name. */
function inOrder(item: ModelItem, types: string): readonly ModelItem[] {
  const declared =
    new RegExp(`^export (?:declare )?(?:class|interface) ${nameOf(item)}\\b[^]*?^}`, 'm').exec(types)?.[0] ?? '';
  const at = ({ name = 'constructor', isStatic }: ModelItem): number =>
    declared.search(new RegExp(`^    (?:get |readonly |${isStatic === true ? '' : '(?!)'}static )*${name}\\b`, 'm'));
  return [...(item.members ?? [])].sort((one, other) => at(one) - at(other));
}
