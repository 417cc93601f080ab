/**
 * Checks which folder imports from which: the arrows of docs/architecture.md. Prints each import that breaks a rule and fails.
 *
 *   node scripts/check-imports.mjs
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

/** A file of the project or a package of Node (`node:fs`); other packages may be imported anywhere. */
const node = /^node:/;
const port = /^media\/port\.ts$/;
const clusterPort = /^cluster\/port\.ts$/;
const log = /^(log|durations|histogram|media-sums|tally|npm-gone|mid-message|process-mark|ebml)\.ts$/;
/** What others may see of the rooms. */
const rooms = /^rooms\/index\.ts$/;
const access = /^access\/index\.ts$/;

/** What puts the parts of `cluster/` together, and is loaded as they are. */
const composedCluster = ['src/cluster.ts', 'src/seen-nodes.ts'];

/** Folders of the embedded engine, the lowest first. A folder may import those before it, and none beside it. */
const engineFloors = [['codecs'], ['sdp'], ['rtp', 'transport'], ['recorder'], ['objects'], ['protocol']];
const engineLog = /^media\/embedded\/log\.ts$/;
const engineRules = engineFloors.flatMap((floor, level) =>
  floor.map((name) => ({
    files: new RegExp(`^media/embedded/${name}/`),
    folder: `media/embedded/${name}`,
    may: [
      node,
      log,
      engineLog,
      ...engineFloors
        .slice(0, level)
        .flat()
        .map((below) => new RegExp(`^media/embedded/${below}/`)),
    ],
  })),
);

/**
 * The first rule that fits a file decides. `may`: what it may import besides its own folder.
 * `$1` stands for what the first group of `files` matched, so that a new dialect needs no rule.
 */
const rules = [
  { files: /^rooms\//, folder: 'rooms', may: [port] },
  ...engineRules,
  // The program itself: it puts the floors together. A folder that has no floor matches no rule.
  { files: /^media\/embedded\/[^/]+$/, folder: 'media/embedded', may: [node, log, /^options\//] },
  { files: /^media\/kurento\//, folder: 'media/kurento', may: [node, log, /^media\/[^/]+$/] },
  { files: /^media\/spread\//, folder: 'media/spread', may: [node, log, /^media\/[^/]+$/] },
  {
    files: /^media\/[^/]+$/,
    folder: 'media/',
    own: /^media\/[^/]+$/,
    may: [node, log, /^media\/spread\/(spread|records)\.ts$/],
  },
  { files: /^transport\//, folder: 'transport', may: [node, log, /^options\//] },
  { files: /^options\//, folder: 'options', may: [node, log] },
  { files: /^recording\//, folder: 'recording', may: [node, log, rooms, /^options\//] },
  { files: /^access\//, folder: 'access', may: [node, log, rooms, /^options\//] },
  {
    files: /^events\//,
    folder: 'events',
    // Webhooks show rooms as LiveKit's server API does.
    may: [node, log, rooms, access, /^options\//, /^rest\/(listed-room|twirp\/messages)\.ts$/],
  },
  { files: /^cluster\//, folder: 'cluster', may: [node, log, rooms, /^options\//] },
  {
    // What protocols have in common whose clients outlive their sockets. It knows none of them.
    files: /^dialects\/session-layer\//,
    folder: 'dialects/session-layer',
    may: [node, log, clusterPort, rooms, access, /^(transport|options)\//, /^dialects\/[^/]+$/],
  },
  {
    files: /^dialects\/([^/]+)\//,
    folder: 'dialects/$1',
    may: [
      ...[node, log, port, clusterPort, rooms, access, /^(transport|options)\//],
      ...[/^dialects\/[^/]+$/, /^dialects\/session-layer\//],
    ],
  },
  {
    files: /^dialects\/[^/]+$/,
    folder: 'dialects/',
    own: /^dialects\/[^/]+$/,
    may: [node, log, clusterPort, rooms, access, /^(transport|options)\//],
  },
  { files: /^rest\//, folder: 'rest', may: [node, rooms, access, /^recording\/(archive|manifest)\.ts$/, /^options\//] },
  {
    files: /^load\//,
    folder: 'load',
    may: [node, /^dialects\/kurento-room\/types\.ts$/, /^media\/embedded\/rtp\/rtcp\.ts$/],
  },
  { files: /^src\//, folder: 'src', may: [rooms, /^(?!rooms\/|media\/embedded\/|client\/|demo\/|test\/|bench\/)/] },
  { files: /^client\//, folder: 'client', may: [/^dialects\/kurento-room\/types\.ts$/] },
  { files: /^demo\//, folder: 'demo', may: [/^client\//] },
  { files: /^bench\//, folder: 'bench', may: [/^(?!test\/)/] },
  { files: /^test\/(?!rooms\/)/, folder: 'test', may: [rooms, /^(?!rooms\/)/] },
];
/** Free to import what they need, unless a rule says otherwise: nobody imports them. */
const free = /^(test|tools|scripts|docs|examples|vendor)\/|^[^/]+$/;

const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'],
  {
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter(Boolean);

const broken = files.flatMap(faultsOf);
for (const line of broken) console.error(line);
if (broken.length > 0) process.exit(1);

function faultsOf(file) {
  const rule = rules.find(({ files: pattern }) => pattern.test(file));
  if (!rule && free.test(file)) return [];
  if (!rule) return [`${file}: no rule says what this folder may import (scripts/check-imports.mjs)`];
  const folder = rule.folder.replace('$1', rule.files.exec(file)?.[1] ?? '');
  const own = rule.own ?? new RegExp(`^${folder}/`);
  const early = folder === 'cluster' ? [] : earlyImportsOf(file);
  return [
    ...early.map((target) => `${file}: ${target} is loaded with REDIS_URL alone, by import() (docs/architecture.md)`),
    ...forbiddenTo(rule, own, file).map(
      (target) => `${file}: ${folder} must not import ${target} (docs/architecture.md)`,
    ),
  ];
}

function forbiddenTo(rule, own, file) {
  return importsOf(file).filter((target) => ![own, ...rule.may].some((pattern) => pattern.test(target)));
}

/** What a server that is alone would load of the cluster. Types are not loaded, and options are for everybody. */
function earlyImportsOf(file) {
  if (/^(test|bench)\//.test(file) || composedCluster.includes(file)) return [];
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^(?:import|export)(?! type)[^;]*?\bfrom\s*'(\.[^']+)'/gm)].map(([, name]) => name);
  return found
    .map((name) => join(dirname(file), name).replace(/\.js$/, '.ts'))
    .filter(
      (target) =>
        (target.startsWith('cluster/') && target !== 'cluster/options.ts') || composedCluster.includes(target),
    );
}

/** Files of the project, by their path, and modules of Node. */
function importsOf(file) {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name);
  return found.flatMap((name) => {
    if (node.test(name)) return [name];
    if (!name.startsWith('.')) return [];
    return [join(dirname(file), name).replace(/\.js$/, '.ts')];
  });
}
