/** Parts of a path that hold no names: `/api/v1/rooms`. */
const namelessParts = 3;

/** Of WHIP and WHEP, where names follow at once. The last part is the key of a session. */
const whipPath = /(\/wh[ie]p)\/.*$/;
const whipSession = /(\/whip\/[^/]+|\/whep\/[^/]+\/[^/]+)\/.*$/;

/** Of OpenVidu, where names follow sooner than after `namelessParts`. */
const openviduPath = /^(\/openvidu\/recordings|\/api\/(?:sessions|recordings))\/.*$/;

/** A path of a request, as log lines have it. @param hashesNames whether names are hashed: then those in paths are left out */
export function loggedPath(path: string, hashesNames: boolean): string {
  if (!hashesNames) return path.replace(whipSession, '$1');
  return path
    .replace(whipPath, '$1')
    .replace(openviduPath, '$1')
    .split('/')
    .slice(0, namelessParts + 1)
    .join('/');
}
