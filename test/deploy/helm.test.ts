import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { digest, isHelmInstalled, kept, lint, rendered, renderings } from '../../scripts/render-chart.js';
import type { Rendering } from '../../scripts/render-chart.js';
import { configOf, readConfig } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';

const names = Object.keys(renderings) as Rendering[];
const known = new Set(optionList.map(({ variable }) => variable));
const secret = '0123456789abcdef'.repeat(4);

const labels = z.record(z.string(), z.string());
const variable = z.union([
  z.object({ name: z.string(), value: z.string() }),
  z.object({ name: z.string(), valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }) }) }),
]);
const command = z.object({ exec: z.object({ command: z.array(z.string()) }) });
const container = z.object({
  image: z.string(),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  env: z.array(variable),
  envFrom: z.tuple([z.object({ secretRef: z.object({ name: z.string() }) })]).optional(),
  readinessProbe: z.object({ httpGet: z.object({ path: z.literal('/readyz'), port: z.literal('http') }) }),
  // Neither a server whose engine starts anew nor a node that waits for Redis may be ended.
  livenessProbe: z.object({ tcpSocket: z.object({ port: z.literal('http') }) }),
  lifecycle: z.object({ preStop: command }).optional(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
  resources: z.object({ limits: z.object({ memory: z.string() }) }),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string(), rollingUpdate: z.object({ maxUnavailable: z.literal(0) }).optional() }),
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.object({
        hostNetwork: z.boolean().default(false),
        nodeSelector: labels.optional(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({ runAsNonRoot: z.literal(true) }),
        containers: z.tuple([container]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});
const port = z.object({
  name: z.string(),
  port: z.number(),
  nodePort: z.number().optional(),
  protocol: z.string().optional(),
});
const service = z.object({
  kind: z.literal('Service'),
  metadata: z.object({ name: z.string(), labels }),
  spec: z.object({ type: z.string().optional(), selector: labels, ports: z.array(port) }),
});
const monitor = z.object({
  kind: z.literal('ServiceMonitor'),
  spec: z.object({
    jobLabel: z.string(),
    selector: z.object({ matchLabels: labels }),
    endpoints: z.tuple([
      z.object({
        port: z.literal('http'),
        path: z.literal('/metrics'),
        authorization: z.object({ credentials: z.object({ name: z.string(), key: z.literal('ADMIN_TOKEN') }) }),
      }),
    ]),
  }),
});
const budget = z.object({
  kind: z.literal('PodDisruptionBudget'),
  spec: z.object({ maxUnavailable: z.literal(1), selector: z.object({ matchLabels: labels }) }),
});

interface OfKind extends z.ZodObject {
  readonly shape: { readonly kind: z.ZodLiteral<string> };
}

const anyObject = z.looseObject({ kind: z.string() });

function objectsIn(text: string): z.output<typeof anyObject>[] {
  return parseAllDocuments(text).map((document) => anyObject.parse(document.toJS()));
}

/** The objects of that kind. */
function all<Schema extends OfKind>(name: Rendering, schema: Schema): z.output<Schema>[] {
  return objectsIn(kept(name))
    .filter(({ kind }) => kind === schema.shape.kind.value)
    .map((each) => schema.parse(each));
}

/** The one object of that kind. */
function only<Schema extends OfKind>(name: Rendering, schema: Schema): z.output<Schema> {
  const [found, ...others] = all(name, schema);
  expect(others).to.deep.equal([]);
  if (found === undefined) throw new Error(`${name} has none`);
  return found;
}

describe('the Helm chart of deploy/helm/atrium', () => {
  const of = (name: Rendering) => {
    const { spec } = only(name, deployment);
    return { ...spec, pod: spec.template.spec, container: spec.template.spec.containers[0] };
  };
  /** As the container has them. */
  const variablesOf = (name: Rendering): Record<string, string> => {
    const fields = new Map([
      ['status.podIP', '10.1.2.3'],
      ['metadata.name', 'atrium-x1'],
    ]);
    const env: Record<string, string> = {};
    for (const each of of(name).container.env) {
      const value = 'value' in each ? each.value : (fields.get(each.valueFrom.fieldRef.fieldPath) ?? '');
      env[each.name] = value.replace(/\$\((\w+)\)/g, (_all, other: string) => env[other] ?? '');
    }
    return env;
  };

  it('is what was rendered for these tests (npx tsx scripts/render-chart.ts)', () => {
    for (const name of names) expect(kept(name).split('\n', 1), name).to.deep.equal([`# ${digest()}`]);
  });

  it('has no fault that Helm knows of, and is rendered as it was', function () {
    if (!isHelmInstalled()) this.skip();
    lint();
    // Versions of Helm differ in empty lines.
    for (const name of names) expect(objectsIn(rendered(name))).to.deep.equal(objectsIn(kept(name)));
  });

  it('gives the server options that it knows, with values that it takes', () => {
    for (const name of ['host', 'node-ports'] as const) {
      const env = variablesOf(name);
      expect([...known]).to.include.members(Object.keys(env));
      const config = readConfig([], env);
      expect(config.port).to.equal(configOf().port);
      expect(config.mediaAnnouncedAddresses).to.deep.equal(['192.0.2.7']);
    }
  });

  it('gives each node the address of its pod', () => {
    const env = variablesOf('nodes');
    expect([...known, 'POD_IP']).to.include.members(Object.keys(env));
    const secrets = { CLUSTER_SECRET: secret, REDIS_URL: 'redis://atrium:x@redis:6379', KMS_URIS: 'ws://any:x@media' };
    const values = readFileSync(new URL('../../deploy/helm/atrium/values-nodes.yaml', import.meta.url), 'utf8');
    for (const name of Object.keys(secrets)) expect(values).to.include(`#   ${name} `);
    const { nodeUrl, nodeName, port: listening } = readConfig([], { ...env, ...secrets });
    expect([nodeUrl, nodeName]).to.deep.equal([`http://10.1.2.3:${listening}`, 'atrium-x1']);
    expect(of('nodes').container.envFrom?.[0].secretRef.name).to.equal(
      z.looseObject({ secretName: z.string() }).parse(parse(values)).secretName,
    );
  });

  it('opens the UDP ports of media: in the network of the machine, or each as a node port', () => {
    expect(of('host').pod.hostNetwork).to.equal(true);
    expect(of('host').pod.nodeSelector).to.deep.equal({ role: 'calls' });
    expect(of('node-ports').pod.hostNetwork).to.equal(false);
    const media = all('node-ports', service).find(({ spec }) => spec.type === 'NodePort');
    const { first, last } = readConfig([], variablesOf('node-ports')).mediaUdpPorts;
    const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    expect(media?.spec.ports).to.deep.equal(
      ports.map((each) => ({ name: `media-${each}`, protocol: 'UDP', port: each, nodePort: each })),
    );
    expect(media?.spec.selector).to.deep.equal(of('node-ports').selector.matchLabels);
  });

  it('drains before it stops, within the hour that Kubernetes leaves it', () => {
    const { pod, container: one } = of('host');
    expect(pod.terminationGracePeriodSeconds).to.equal(3_600);
    const { DRAIN_S: drainS } = variablesOf('host');
    expect(one.lifecycle?.preStop.exec.command.slice(0, 5)).to.deep.equal([
      ...['node', 'dist/src/cli/main.js', 'drain', '--within'],
      `${drainS}s`,
    ]);
    // It has no token to drain by.
    expect(of('node-ports').container.lifecycle).to.equal(undefined);
  });

  it('leaves a node more time to end than it takes, and keeps the others running', () => {
    const { pod, container: one, replicas, strategy } = of('nodes');
    const [, , script = ''] = one.lifecycle?.preStop.exec.command ?? [];
    const waitedS = Number(/setTimeout\(\(\) => undefined, (\d+)\)/.exec(script)?.[1]) / 1_000;
    const { drainS } = configOf();
    expect(variablesOf('nodes').DRAIN_S).to.equal(String(drainS));
    expect(pod.terminationGracePeriodSeconds).to.be.at.least(waitedS + drainS + 25);
    expect(replicas).to.be.greaterThan(1);
    expect(strategy.rollingUpdate).not.to.equal(undefined);
    expect(only('nodes', budget).spec.selector.matchLabels).to.deep.equal(of('nodes').selector.matchLabels);
  });

  it('leads its service, its budget and Prometheus to its pods, with the token of the secret', () => {
    for (const name of names) {
      const { selector, template } = of(name);
      expect(template.metadata.labels).to.include(selector.matchLabels);
      const [web] = all(name, service).filter(({ metadata }) => metadata.name === 'atrium');
      expect(web?.spec.selector).to.deep.equal(selector.matchLabels);
      if (name === 'node-ports') continue;
      const { spec } = only(name, monitor);
      expect(web?.metadata.labels).to.include(spec.selector.matchLabels);
      // The alerts are about the job atrium.
      expect(web?.metadata.labels[spec.jobLabel]).to.equal('atrium');
      expect(spec.endpoints[0].authorization.credentials.name).to.equal(of(name).container.envFrom?.[0].secretRef.name);
    }
  });

  it('can write to the folders of its volumes alone', () => {
    for (const name of names) {
      const { pod, container: one } = of(name);
      expect(one.volumeMounts.map(({ mountPath }) => mountPath)).to.deep.equal(['/data', '/tmp']);
      expect(pod.volumes.map((volume) => volume.name)).to.deep.equal(one.volumeMounts.map((mount) => mount.name));
    }
    expect(of('host').pod.volumes[0]).to.deep.include({ persistentVolumeClaim: { claimName: 'files' } });
  });
});
