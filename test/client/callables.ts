import { readFileSync } from 'node:fs';

/** What a page can call of the library. */
export interface Callable {
  /** For people, as `Room.chat`. */
  readonly shown: string;
  /** The class. Undefined of a function. */
  readonly owner: string | undefined;
  readonly name: string;
  readonly isStatic: boolean;
  /** The constructor of `owner`. */
  readonly isNew: boolean;
  /** The members of the options that it takes. */
  readonly members: readonly string[];
}

interface Block {
  readonly name: string;
  readonly parents: string;
  /** What is between its braces. */
  readonly text: string;
}

/** All of it, from the types that a page has. */
export function callables(): readonly Callable[] {
  const url = new URL('../../dist/client/atrium-client.d.ts', import.meta.url);
  const types = readFileSync(url, 'utf8').replaceAll(/\/\*\*[^]*?\*\//g, '');
  // Those of what a page gives, and not of what it is told.
  const isGiven = ({ name }: Block): boolean => /(Options|Wish|Changes|Removal|OfStream)$/.test(name);
  const interfaces = new Map(
    blocks(types, 'interface')
      .filter(isGiven)
      .map((each) => [each.name, each]),
  );
  const membersOf = ({ text, parents }: Block): string[] => [
    ...Array.from(text.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm), ([, name = '']) => name),
    ...parents.split(/\W+/).flatMap((name) => {
      const parent = interfaces.get(name);
      return parent ? membersOf(parent) : [];
    }),
  ];
  const optionsIn = (parameters: string): readonly string[] => [
    ...Array.from(parameters.matchAll(/readonly (\w+)\??:/g), ([, name = '']) => name),
    ...Array.from(parameters.matchAll(/: (\w+)/g), ([, name = '']) => interfaces.get(name)).flatMap((each) =>
      each ? membersOf(each) : [],
    ),
  ];

  // The types rename what a browser has too.
  const functions = Array.from(types.matchAll(/^(?:export )?declare function (\w+?)(?:_\d+)?(?=[(<])/gm), (found) => {
    const [all, name = ''] = found;
    const members = optionsIn(parametersAt(types, found.index + all.length));
    return { shown: name, owner: undefined, name, isStatic: false, isNew: false, members };
  });
  const methods = blocks(types, 'class')
    // The others are made by the library.
    .filter(({ name }) => name !== 'ClientError' && name !== 'Emitter')
    .flatMap(({ name: owner, parents, text }) => {
      const inherited = parents.includes('Emitter') ? ['on', 'once', 'off'] : [];
      return [
        ...inherited.map((name) => ({
          ...{ shown: `${owner}.${name}`, owner, name, isStatic: false, isNew: false, members: [] },
        })),
        ...Array.from(text.matchAll(/^ {4}(static )?(\w+)(?=[(<])/gm), (found) => {
          const [all, given, name = ''] = found;
          const [isStatic, isNew] = [given !== undefined, name === 'constructor'];
          const members = optionsIn(parametersAt(text, found.index + all.length));
          const shown = isNew ? `new ${owner}` : `${owner}${isStatic ? '::' : '.'}${name}`;
          return { shown, owner, name, isStatic, isNew, members };
        }),
      ];
    });
  return [...functions, ...methods];
}

function blocks(types: string, kind: 'class' | 'interface'): readonly Block[] {
  const all = types.matchAll(new RegExp(`^(?:export )?declare ${kind} (\\w+)(.*?)\\{\\n([^]*?)^\\}`, 'gm'));
  return Array.from(all, ([, name = '', parents = '', text = '']) => ({ name, parents, text }));
}

/** What is between the braces that begin there, or after what is generic. */
function parametersAt(text: string, from: number): string {
  const begin = text.indexOf('(', from);
  let depth = 0;
  for (let at = begin; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return text.slice(begin, at);
  }
  return '';
}
