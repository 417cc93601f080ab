/**
 * The types of the client library: one file for each entry, which imports nothing, or the library alone. What the schemas of the server say
 * of messages is written out in it, and members that are marked `@internal` are left out.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const entries = [
  { from: 'index', name: 'atrium-client', global: 'Atrium' },
  { from: 'original/kurento-room', name: 'kurento-room.module' },
  // Its types are those of the library, and React's.
  { from: 'react/index', name: 'atrium-react', library: '../index.js' },
];
/** The types of messages. They come from schemas, which the package does not have. */
const ofMessages = ['RequestResult', 'RequestParams', 'NotificationParams'];
const settings = {
  ...{ target: 'ES2023', module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'] },
  ...{ types: [], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
};

/**
 * @param root the folder of the project. It needs what `npm ci` installs
 * @returns of each entry its name, the text of its types, and for the reference the model that API Extractor makes of it
 */
export async function clientTypes(root) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  // Inside of the project, so that packages are found.
  const away = mkdtempSync(join(root, 'dist/.types-'));
  try {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const emit = [
      '--noCheck',
      '--noEmit',
      'false',
      '--declaration',
      '--emitDeclarationOnly',
      '--rootDir',
      root,
      '--outDir',
      away,
    ];
    execFileSync(process.execPath, [tsc, '-p', join(root, 'client'), ...emit], { stdio: ['ignore', 2, 2] });
    await writeOutMessages(away);
    const found = [];
    for (const entry of entries) found.push(await rolledUp(away, entry));
    return found;
  } finally {
    rmSync(away, { recursive: true });
  }
}

/** Puts what messages are in place of each type of them, so that no type needs a schema. */
async function writeOutMessages(folder) {
  const { API, NodeBuilderFlags } = await import('typescript/unstable/sync');
  const { SyntaxKind } = await import('typescript/unstable/ast');
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions: settings, include: ['client'] }));
  const { NoTruncation, InTypeAlias, MultilineObjectLiterals, UseSingleQuotesForStringLiteralType } = NodeBuilderFlags;
  const flags = NoTruncation | InTypeAlias | MultilineObjectLiterals | UseSingleQuotesForStringLiteralType;
  const api = new API({ cwd: folder });
  const changed = new Map();
  try {
    const { program, checker } = api.updateSnapshot({ openProjects: [project] }).getProject(project);
    const paths = readdirSync(join(folder, 'client'), { recursive: true }).filter((path) => path.endsWith('.d.ts'));
    for (const path of paths.map((each) => join(folder, 'client', each))) {
      const file = program.getSourceFile(path);
      const named = new Set(ofMessages);
      const parts = [];
      for (const statement of file.statements) {
        if (statement.kind === SyntaxKind.TypeAliasDeclaration) {
          if (statement.typeParameters || !namesOneOf(named, statement.type.getText(file))) continue;
          named.add(statement.name.text);
          const type = checker.typeToString(checker.getTypeAtLocation(statement.type), statement, flags);
          parts.push({ start: statement.type.getStart(file), end: statement.type.end, text: type });
        }
        for (const member of statement.members ?? []) {
          const { pos: start, end } = member;
          if (!file.text.slice(start, member.getStart(file)).includes('@internal')) continue;
          // Only the library makes instances of such a class.
          const text = member.kind === SyntaxKind.Constructor ? '\n    private constructor();' : '';
          parts.push({ start, end, text });
        }
      }
      changed.set(path, withParts(file.text, parts));
    }
  } finally {
    api.close();
  }
  for (const [path, text] of changed) writeFileSync(path, text);
  // What still needs these is internal and left out, or `rolledUp` complains.
  const names = [...ofMessages, 'MethodName', 'NotificationName'];
  const stub = names.map((name) => `export type ${name}<Name = never> = Name;\n`).join('');
  writeFileSync(join(folder, 'dialects/kurento-room/types.d.ts'), stub);
}

function namesOneOf(names, text) {
  return [...text.matchAll(/\w+/g)].some(([word]) => names.has(word));
}

/** The last one first, so that positions hold. */
function withParts(text, parts) {
  return parts
    .toSorted((one, other) => other.start - one.start)
    .reduce((so, { start, end, text: part }) => so.slice(0, start) + part + so.slice(end), text);
}

async function rolledUp(folder, { from, name, global, library }) {
  const { Extractor, ExtractorConfig } = await import('@microsoft/api-extractor');
  const types = join(folder, `${name}.d.ts`);
  const model = join(folder, `${name}.api.json`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@atrium/client' }));
  const quiet = { default: { logLevel: 'none' } };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, 'client', `${from}.d.ts`),
      compiler: { overrideTsconfig: { compilerOptions: settings, include: ['client'] } },
      apiReport: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath: model },
      dtsRollup: { enabled: true, untrimmedFilePath: '', publicTrimmedFilePath: types },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: { compilerMessageReporting: quiet, extractorMessageReporting: quiet, tsdocMessageReporting: quiet },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
  });
  const complaints = [];
  const { succeeded } = Extractor.invoke(config, {
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === 'error') complaints.push(message.text);
    },
  });
  if (succeeded && library) {
    const written = readFileSync(join(folder, 'client', `${from}.d.ts`), 'utf8');
    return {
      name,
      types: written.replaceAll(`'${library}'`, "'./atrium-client.js'"),
      model: JSON.parse(readFileSync(model, 'utf8')),
    };
  }
  const text = readFileSync(types, 'utf8');
  if (!succeeded) throw new Error(`No types of the client: ${complaints.join('; ')}`);
  if (/^import\b|\bimport\(/m.test(text) || namesOneOf(new Set(ofMessages), text))
    throw new Error(`The types in client/${from}.ts need a file that the package does not have:\n${text}`);
  return {
    name,
    types: `${text}${global ? `\nexport as namespace ${global};\n` : ''}`,
    model: JSON.parse(readFileSync(model, 'utf8')),
  };
}
