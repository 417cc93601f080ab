/**
 * A node in a process of its own, for tests that stop it or kill it. It opens the rooms that its arguments name, and says a number in each
 * from time to time. What happens to it goes to stdout, one line each.
 *
 *   node --import tsx test/cluster/node-process.ts redis://127.0.0.1:6379 garden …
 */
import { roomHash } from '../../cluster/names.js';
import { ClusterNode } from '../../cluster/node.js';
import { RecordingLog } from '../support/recording-log.js';
import { nodeSettings } from './rooms-in-redis.js';

const [url = '', ...rooms] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const node = await ClusterNode.start(
  nodeSettings(url),
  {
    facts: () => ({ rooms: rooms.length, sockets: 0, lag: 0, media: new Set(), load: new Map() }),
    frozen: () => {
      say('frozen');
    },
    up: () => {
      say('up');
    },
    taken: ({ name }) => {
      say(`taken ${name}`);
    },
  },
  new RecordingLog(),
);
for (const name of rooms) {
  const claim = await node.directory.claim(name);
  if (claim.type !== 'mine') throw new Error(`${name} is taken`);
  const owner = {
    trimming: () => undefined,
    deaf: () => undefined,
    fenced: () => {
      say(`fenced ${name}`);
    },
  };
  const journal = node.journals.begin({ ...claim, hash: roomHash(name), name }, [], owner);
  let next = 0;
  setInterval(() => {
    const text = String(next);
    next += 1;
    journal.append('*', text);
    journal.after(() => {
      say(`told ${text}`);
    });
  }, 20);
}
say(`node ${node.id}`);
