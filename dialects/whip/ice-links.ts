import type { IceServer } from '../../access/index.js';

/** Values of the header `Link` that tell a client its STUN and TURN servers (RFC 9725 §4.6). */
export function iceLinks(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const proof =
      username === undefined || credential === undefined
        ? ''
        : `; username=${quoted(username)}; credential=${quoted(credential)}; credential-type="password"`;
    // What no header can carry is left out.
    return urls.map((url) => `<${url}>; rel="ice-server"${proof}`).filter((link) => /^[ -~]+$/.test(link));
  });
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
