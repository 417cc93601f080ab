/**
 * Lints the chart of deploy/helm/atrium and writes what Helm makes of it into test/deploy/rendered, for the tests, which do without Helm:
 *
 *   npx tsx scripts/render-chart.ts      with helm in the path, or HELM=/path/to/helm
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const chart = fileURLToPath(new URL('deploy/helm/atrium', root));
const helm = process.env.HELM ?? 'helm';

const monitored = 'serviceMonitor.enabled=true,serviceMonitor.labels.release=prometheus';

/** By the names of their files, with the flags that differ from the defaults. */
export const renderings = {
  host: [
    '--set',
    `media.publicAddress=192.0.2.7,secretName=secrets,claimName=files,nodeSelector.role=calls,${monitored}`,
  ],
  'node-ports': [
    '--set',
    'media.network=nodePorts,media.firstPort=30000,media.lastPort=30011,media.publicAddress=192.0.2.7',
  ],
  nodes: ['--values', `${chart}/values-nodes.yaml`, '--set', monitored],
} as const;
export type Rendering = keyof typeof renderings;

export function isHelmInstalled(): boolean {
  return spawnSync(helm, ['version'], { stdio: 'ignore' }).error === undefined;
}

/** @throws with what Helm says of the chart */
export function lint(): void {
  execFileSync(helm, ['lint', '--strict', chart], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** What Helm makes of the present chart, after a line that says which one it is. */
export function rendered(name: Rendering): string {
  const text = execFileSync(helm, ['template', 'atrium', chart, ...renderings[name]], { encoding: 'utf8' });
  return `# ${digest()}\n${text}`;
}

/** What was rendered last. */
export function kept(name: Rendering): string {
  return readFileSync(fileOf(name), 'utf8');
}

/** Of all files of the chart. */
export function digest(): string {
  const hash = createHash('sha256');
  const files = readdirSync(chart, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => `${entry.parentPath}/${entry.name}`).toSorted()) {
    hash.update(path.slice(chart.length)).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function fileOf(name: Rendering): URL {
  return new URL(`test/deploy/rendered/${name}.yaml`, root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  lint();
  for (const name of Object.keys(renderings) as Rendering[]) writeFileSync(fileOf(name), rendered(name));
}
