import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessFigures } from '../process-figures.js';
import { freePort } from '../../../tools/free-port.js';

const program = '/usr/bin/janus';
/** Where Debian's package has its plugins. */
const library = '/usr/lib';

export interface JanusProcess {
  readonly url: string;
  /** Where it has its media. It knows no loopback. */
  readonly address: string;
  readonly figures: ProcessFigures;
  readonly stop: () => Promise<void>;
}

/** The address that Janus and its clients use here; undefined: Janus is not installed, or the machine has no address. */
export function janusAddress(): string | undefined {
  if (!existsSync(program)) return undefined;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** Janus with its plugin for video rooms alone, and an event loop for each core. */
export async function startJanus(address: string): Promise<JanusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-janus-'));
  const port = await freePort();
  const plugins = only(folder, 'plugins', 'libjanus_videoroom.so');
  const transports = only(folder, 'transports', 'libjanus_websockets.so');
  const file = (name: string, text: string): void => {
    writeFileSync(join(folder, `${name}.jcfg`), text);
  };
  file(
    'janus',
    `general: {
  configs_folder = "${folder}"
  plugins_folder = "${plugins}"
  transports_folder = "${transports}"
  events_folder = "${folder}"
  loggers_folder = "${folder}"
  debug_level = 2
  session_timeout = 0
  event_loops = ${availableParallelism()}
}
media: {
  ipv6 = false
  rtp_port_range = "45000-45999"
}
nat: {
  ice_enforce_list = "${address}"
}
`,
  );
  file(
    'janus.transport.websockets',
    `general: {
  ws = true
  ws_ip = "127.0.0.1"
  ws_port = ${port}
  wss = false
}
`,
  );
  file('janus.plugin.videoroom', 'general: {\n}\n');
  const janus = spawn(program, ['-F', folder, '-C', join(folder, 'janus.jcfg')], { stdio: 'ignore' });
  const end = (): void => {
    janus.kill('SIGKILL');
  };
  // Also when the bench fails.
  process.once('exit', end);
  return {
    url: `ws://127.0.0.1:${port}`,
    address,
    figures: new ProcessFigures(janus.pid ?? 0),
    stop: async () => {
      process.off('exit', end);
      const gone = once(janus, 'exit');
      end();
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}

/** A folder with nothing in it but this one of Debian's libraries. */
function only(folder: string, kind: string, name: string): string {
  const made = join(folder, kind);
  mkdirSync(made);
  const found = readdirSync(library)
    .map((platform) => join(library, platform, 'janus', kind, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`Janus has no ${name}`);
  symlinkSync(found, join(made, name));
  return made;
}
