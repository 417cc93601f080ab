import { benchSignalling } from './signalling/signalling.js';

const suites: Readonly<Record<string, () => Promise<void>>> = { signalling: benchSignalling };

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(suites)) {
  const suite = suites[name];
  if (!suite) throw new Error(`There is no suite "${name}"; there is ${Object.keys(suites).join(', ')}`);
  await suite();
}
