/** What the rest of the server may see of access: keys, tokens, and what a client has shown itself to be. */
export { Access, administrator, isTokenShaped, nameFits } from './access.js';
export type { Introduction } from './access.js';
export { AuthHook } from './auth-hook.js';
export { both } from './both.js';
export { grantsText, readGrants } from './grants-text.js';
export { keySetFile } from './key-set.js';
export { minSecretLength, readKeys } from './keys-text.js';
export { joinLink, makeToken } from './make-token.js';
export { IceServers } from './ice-servers.js';
export type { IceServer, OwnIceServers } from './ice-servers.js';
export { HashedPasswords } from './passwords.js';
export type { AccessSettings } from './settings.js';
export { SignedLinks } from './signed-links.js';
export type { LinkProof } from './signed-links.js';
export { mayJoinSomewhere } from './token-bearer.js';
export { maxTokenBytes } from './tokens.js';
export { bearerToken, tokenOfRequest, tokenSubprotocol } from './token-places.js';
