/** What the rest of the server may see of access: keys, tokens, and what a client has shown itself to be. */
export { Access, administrator, isTokenShaped, nameFits } from './access.js';
export type { Introduction } from './access.js';
export { keySetFile } from './key-set.js';
export type { AccessSettings } from './settings.js';
export { bearerToken, tokenOfRequest, tokenSubprotocol } from './token-places.js';
