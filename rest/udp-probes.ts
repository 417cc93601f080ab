import type { AuditEntry } from '../rooms/index.js';
import type { Component } from './schemas.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';

/** Sends a few datagrams. @returns the ports that have answered */
export type SendProbes = (probe: Component<'UdpProbe'>) => Promise<readonly number[]>;

/** How many requests are served in a minute: what is sent for all of them together is no more than 2 kB. */
const mostInMinute = 6;
const minuteMs = 60_000;

/**
 * Sends datagrams where an administrator says, so that another server learns whether its media ports are open. The administrator of a server
 * need not be that of what is sent to, so little is sent: a few short datagrams, one request at a time, and few in a minute.
 * @param now in ms, from any beginning
 */
export function udpProbeHandlers(
  send: SendProbes,
  audit: (entry: AuditEntry) => void,
  now: () => number,
): Handlers<'probeUdp'> {
  let began: readonly number[] = [];
  let isBusy = false;
  return {
    probeUdp: async (_input, _asking, probe) => {
      began = began.filter((at) => now() - at < minuteMs);
      const [first = 0] = began;
      if (isBusy || began.length >= mostInMinute) {
        const waitS = isBusy ? 2 : Math.ceil((first + minuteMs - now()) / 1_000);
        throw new Problem('too-many', `This server looks at ${mostInMinute} a minute, one at a time`, {
          'Retry-After': String(waitS),
        });
      }
      began = [...began, now()];
      isBusy = true;
      audit({ actor: 'admin', action: 'probeUdp', room: '', target: probe.address, outcome: 'done' });
      try {
        return { status: 200, body: { answered: [...(await send(probe))] } };
      } finally {
        isBusy = false;
      }
    },
  };
}
