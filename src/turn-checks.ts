import { ConfigError } from '../options/config-error.js';
import type { Config } from './config.js';

/** Whether there are credentials for the TURN servers that need some. @throws ConfigError */
export function checkTurn({ turnUrls, turnSecret, easyrtc }: Config): void {
  if (turnUrls.length > 0 && turnSecret === '' && easyrtc.turnSecret === '') {
    throw new ConfigError(
      'TURN_URLS: needs TURN_SECRET, which is static-auth-secret of coturn; servers with a user and a password belong in ICE_SERVERS',
    );
  }
}
