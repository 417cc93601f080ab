import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { configOf, readConfig } from '../../src/config.js';
import { optionList } from '../../src/option-list.js';
import { rendered } from '../support/helm.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const known = new Set(['NODE_ENV', 'ATRIUM_CONFIG', ...optionList.map(({ variable }) => variable)]);

const probe = z.object({ exec: z.object({ command: z.array(z.string()) }) });
const deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        hostNetwork: z.literal(true),
        terminationGracePeriodSeconds: z.number(),
        containers: z.tuple([
          z.object({
            image: z.string(),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            startupProbe: probe,
            readinessProbe: probe,
            livenessProbe: z.object({ tcpSocket: z.object({ port: z.literal('http') }) }),
            resources: z.object({ limits: z.object({ memory: z.string() }) }),
          }),
        ]),
      }),
    }),
  }),
});

describe('the Helm chart of deploy/helm', () => {
  const values = z.record(z.string(), z.unknown()).parse(parse(read('deploy/helm/values.yaml')));
  const render = (given: Record<string, unknown> = {}) =>
    parse(rendered(read('deploy/helm/templates/deployment.yaml'), { ...values, ...given })) as unknown;
  const { spec } = deployment.parse(render({ publicAddress: '192.0.2.7', secretName: 'secrets' })).spec.template;
  const [container] = spec.containers;

  it('has templates that become YAML', () => {
    for (const file of readdirSync(new URL('deploy/helm/templates', root))) {
      expect(parse(rendered(read(`deploy/helm/templates/${file}`), values)), file).to.include.keys('kind', 'metadata');
    }
  });

  it('gives the server options that it knows, with values that it takes', () => {
    const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    expect([...known]).to.include.members(Object.keys(env));
    const config = readConfig([], env);
    expect(config.port).to.equal(configOf().port);
    expect(config.mediaAnnouncedAddresses).to.deep.equal(['192.0.2.7']);
  });

  it('asks for the health with the command of the image', () => {
    for (const { exec } of [container.startupProbe, container.readinessProbe]) {
      expect(exec.command).to.deep.equal(['node', 'dist/src/main.js', 'health']);
    }
  });

  it('lets calls go on for a while before the server is stopped', () => {
    const drainS = Number(container.env.find(({ name }) => name === 'DRAIN_S')?.value);
    expect(drainS).to.equal(values.drainSeconds);
    expect(spec.terminationGracePeriodSeconds).to.be.at.least(drainS + 20);
  });
});

describe('the systemd unit deploy/atrium.service', () => {
  const lines = read('deploy/atrium.service').split('\n');

  it('runs the server and its health check, and sets what the server knows', () => {
    const commands = lines.filter((line) => /^ExecStart(?:Post)?=/.test(line));
    expect(commands).to.have.length(2);
    for (const command of commands) {
      const [program = ''] = /dist\/\S+\.js/.exec(command) ?? [];
      expect(existsSync(new URL(program, root)), command).to.equal(true);
    }
    expect(lines, 'reload').to.include('ExecReload=/bin/kill -HUP $MAINPID');
    const set = lines.flatMap((line) => /^Environment=(\w+)=/.exec(line)?.[1] ?? []);
    expect([...known]).to.include.members(set);
  });
});
