import { dirname } from 'node:path';
import { thisProcess } from '../process-mark.js';
import { checkFolder } from '../options/check-folder.js';
import type { Config } from './config.js';
import { ConfigError } from '../options/config-error.js';
import { checkDialects, doorsOf } from './dialects.js';
import type { Hooks } from './dialects.js';
import { adminPlaceOf, checkPlaces, placeOf } from './listening.js';
import { checkRecordings } from './recordings.js';

/**
 * Checks what the configuration names, before anything is started: an operator who has named a wrong folder or port learns it at once,
 * and no media engine is left to be stopped.
 * @throws ConfigError
 */
export async function checkStart(config: Config, hooks: Hooks): Promise<void> {
  if (config.redisUrl !== '') checkNode(config);
  if (config.mediaHost !== '') checkMediaHost(config);
  checkDialects(config);
  checkDoors(config, hooks);
  const hasEngines = config.kmsUris.length === 0;
  if (hasEngines && config.mediaRecordingsDir !== '') {
    checkFolder('MEDIA_RECORDINGS_DIR', config.mediaRecordingsDir, 'write');
  }
  await checkRecordings(config);
  if (config.stateFile !== '') checkFolder('STATE_FILE', dirname(config.stateFile), 'write');
  if (config.webhookDeadLetters !== '')
    checkFolder('WEBHOOK_DEAD_LETTERS', dirname(config.webhookDeadLetters), 'write');
  if (hasEngines && config.mediaKeepAlive) checkKeepAlive(config.stateFile);
  const adminPlace = adminPlaceOf(config);
  await checkPlaces([placeOf(config), ...(adminPlace ? [adminPlace] : [])]);
}

/** @throws ConfigError for what a node among several cannot have */
function checkNode({ stateFile, mediaKeepAlive, mediaHost }: Config): void {
  if (stateFile !== '' && mediaHost === '')
    throw new ConfigError('STATE_FILE: leave it out; with REDIS_URL rooms outlive the server in Redis');
  if (mediaKeepAlive && mediaHost === '') {
    throw new ConfigError(
      'MEDIA_KEEP_ALIVE: with REDIS_URL set MEDIA_HOST too, or leave it out and name media servers in KMS_URIS',
    );
  }
}

/** @throws ConfigError unless other nodes can use the embedded engines of this one */
function checkMediaHost({ redisUrl, kmsUris, mediaKeepAlive, clusterSecret }: Config): void {
  if (redisUrl === '' || kmsUris.length > 0) {
    throw new ConfigError('MEDIA_HOST: leave it out; it is for a node (REDIS_URL) that starts its own media engines');
  }
  if (!mediaKeepAlive)
    throw new ConfigError('MEDIA_HOST: set MEDIA_KEEP_ALIVE too; else the engines end with the node');
  if (clusterSecret === '') {
    throw new ConfigError('MEDIA_HOST: needs CLUSTER_SECRET, from which the nodes make the passwords of the engines');
  }
}

/** @throws ConfigError unless engines can be left to the next process of the server */
function checkKeepAlive(stateFile: string): void {
  if (stateFile === '') {
    throw new ConfigError('MEDIA_KEEP_ALIVE: set STATE_FILE, beside which the server notes its engines');
  }
  if (!thisProcess())
    throw new ConfigError('MEDIA_KEEP_ALIVE: only Linux tells the next process which engines still run');
}

/**
 * Whether a stranger could come through one door to the people of another, who had to show a secret: the weakest door decides for all.
 * @throws ConfigError when so
 */
export function checkDoors(config: Config, hooks: Hooks): void {
  if (!config.bridge || config.auth === 'required') return;
  const doors = doorsOf(config, hooks);
  const [asking] = doors.filter(({ isAsked }) => isAsked);
  const open = doors.filter(({ isAsked }) => !isAsked);
  if (!asking || open.length === 0) return;
  const settable = open.flatMap(({ setBy }) => setBy ?? []);
  const tokensAlone = open.filter(({ setBy }) => setBy === undefined).map(({ title }) => title);
  throw new ConfigError(
    `BRIDGE: ${asking.title} asks its clients for a secret (${asking.setBy ?? ''}), but ${open.map(({ title }) => title).join(', ')} for nothing, and all meet in the same rooms. ` +
      `Set a secret there too (${[...settable, ...tokensAlone.map((title) => `none for ${title}, which takes tokens`)].join(', ')}), or BRIDGE=false, or AUTH=required`,
  );
}
