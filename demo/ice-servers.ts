/** A page that waits longer for advice than for the call itself serves nobody. */
const patienceMs = 3000;

/** The STUN and TURN servers that the server advises. None when it cannot be asked: most calls need none. */
export async function fetchIceServers(address: string): Promise<readonly RTCIceServer[]> {
  try {
    const url = new URL('api/v1/ice-servers', address);
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) return [];
    const { iceServers } = (await response.json()) as { iceServers?: unknown };
    return Array.isArray(iceServers) ? (iceServers as RTCIceServer[]) : [];
  } catch {
    return [];
  }
}
