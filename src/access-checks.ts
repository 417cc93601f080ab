import { minSecretLength } from '../access/index.js';
import { ConfigError } from '../options/config-error.js';
import type { Config } from './config.js';
import { isLoopback } from './listening.js';

/**
 * Whether the options of access fit together.
 * @param isDev whether the server is for its developer alone, who may use short secrets
 * @throws ConfigError
 */
export function checkAccess(config: Config, isDev: boolean): void {
  const { keys, jwksUrl, jwksFile, jwtIssuers, auth, authHookUrl, authHookKey, host } = config;
  if (isDev && !isLoopback(host)) {
    throw new ConfigError(
      `--dev: HOST is ${host || 'empty'}, but others must not reach a server with a known secret; name 127.0.0.1, or leave out --dev`,
    );
  }
  const [short] = isDev ? [] : [...keys].filter(([, secret]) => secret.length < minSecretLength);
  if (short) {
    throw new ConfigError(
      `KEYS: the secret of ${short[0]} has fewer than ${minSecretLength} characters; \`atrium keys generate\` makes one`,
    );
  }
  const hasPublicKeys = jwksUrl !== '' || jwksFile !== undefined;
  if (hasPublicKeys && jwtIssuers.length === 0) {
    throw new ConfigError('JWT_ISSUERS: must name whose tokens the keys of JWKS_URL or JWKS_FILE verify');
  }
  const double = jwtIssuers.find((issuer) => keys.has(issuer));
  if (double !== undefined)
    throw new ConfigError(`JWT_ISSUERS: ${double} is the name of a key in KEYS; use another name for one`);
  if (auth === 'required' && keys.size === 0 && !hasPublicKeys) {
    throw new ConfigError('AUTH=required: nobody could come in without KEYS, JWKS_URL or JWKS_FILE; name one of them');
  }
  if (authHookUrl !== '' && !keys.has(authHookKey)) {
    throw new ConfigError(
      'AUTH_HOOK_KEY: must be the name of a key in KEYS, with which questions to AUTH_HOOK_URL are signed',
    );
  }
}
