import { checkFolder } from '../options/check-folder.js';
import type { Config } from './config.js';
import { checkDialects } from './dialects.js';
import { adminPlaceOf, checkPlaces, placeOf } from './listening.js';

/**
 * Checks what the configuration names, before anything is started: an operator who has named a wrong folder or port learns it at once,
 * and no media engine is left to be stopped.
 * @throws ConfigError
 */
export async function checkStart(config: Config): Promise<void> {
  checkDialects(config);
  const hasEngines = config.kmsUris.length === 0;
  if (hasEngines && config.mediaRecordingsDir !== '') {
    checkFolder('MEDIA_RECORDINGS_DIR', config.mediaRecordingsDir, 'write');
  }
  const adminPlace = adminPlaceOf(config);
  await checkPlaces([placeOf(config), ...(adminPlace ? [adminPlace] : [])]);
}
