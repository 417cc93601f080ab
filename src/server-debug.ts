import { version } from '../options/help.js';
import type { DebugSources } from '../rest/debug.js';
import type { Health } from '../rest/health.js';
import { healthAnswer } from '../rest/health.js';
import type { Config } from './config.js';
import { cleaner, eachText, shownConfig } from './without-secrets.js';

const bytesInMb = 1e6;

/** @param lines the last ones of the log */
export function serverDebug(
  config: Config,
  health: Health,
  lines: readonly string[],
): ReturnType<DebugSources['server']> {
  const clean = cleaner(config);
  const cleaned = <Value>(value: Value): Value => eachText(value, clean) as Value;
  const { node, v8, uv, openssl } = process.versions;
  return {
    versions: { atrium: version(), node, v8, uv, openssl, system: `${process.platform} ${process.arch}` },
    uptimeS: Math.floor(process.uptime()),
    memoryMb: Math.round(process.memoryUsage.rss() / bytesInMb),
    health: cleaned({ ...healthAnswer(health, true).body }),
    configuration: cleaned(shownConfig(config)),
    log: lines.map(clean),
  };
}
