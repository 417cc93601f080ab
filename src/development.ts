import { joinLink, makeToken } from '../access/index.js';
import { roles } from '../rooms/index.js';
import type { Config } from './config.js';

const room = 'garden';
const validForS = 86_400;

/** What is told at the start of a server with --dev: that its key is known to everybody, and a link for its developer. */
export async function developmentBanner({ keys }: Config, url: string): Promise<string> {
  const [[key, secret] = ['', '']] = keys;
  const made = { key, secret, room, identity: 'developer', grants: roles.MODERATOR, validForS };
  const link = joinLink(url, room, await makeToken(made, Date.now()));
  return `Development (--dev): the key ${key} has the secret ${secret}, and only this machine reaches the server.\nJoin as a moderator: ${link}\n`;
}
