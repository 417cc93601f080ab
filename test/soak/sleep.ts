/**
 * The server of `npm start`, with the times that it has by default, is stopped by its system for a while. Nobody may be thrown out.
 *
 *   npm run soak:sleep                  stopped for 20 s
 *   SECONDS=120 npm run soak:sleep      for longer than any heartbeat waits
 */
import { sleep } from '../doors/sleep.js';

const seconds = Number(process.env.SECONDS ?? 20);
/** As the browser library, in ms. */
const pingMs = 5_000;
/** Longer than the longest heartbeat, in ms: two pings of 30 s and a half. */
const awakeMs = 80_000;

process.stdout.write(`stopped for ${seconds} s, then watched for ${awakeMs / 1_000} s ...\n`);
const { clients, thrownOut, notServed } = await sleep({ env: {}, pingMs, stoppedMs: seconds * 1_000, awakeMs });
for (const line of thrownOut) process.stdout.write(`thrown out: ${line}\n`);
for (const name of notServed) process.stdout.write(`not served as before: ${name}\n`);
process.stdout.write(
  `${clients} clients, one at each door: ${thrownOut.length} thrown out, ${notServed.length} not served as before\n`,
);
if (thrownOut.length + notServed.length > 0) process.exitCode = 1;
