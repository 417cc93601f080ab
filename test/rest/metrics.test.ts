import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import { engineFiguresSchema } from '../../media/engine-figures.js';
import { ServerFigures } from '../../media/server-figures.js';
import { allMetrics } from '../../rest/metrics/metrics.js';
import { adminToken, asAdmin } from '../support/administrator.js';
import { readMetrics, valueOf } from '../support/prometheus.js';
import type { Sample } from '../support/prometheus.js';
import { RpcClient } from '../support/rpc-client.js';
import { ServiceStage } from '../support/service-stage.js';

const declared = new Map(allMetrics.map((metric) => [metric.name, metric]));

describe('GET /metrics of a server in use', () => {
  const figures = new ServerFigures();
  const stage = new ServiceStage(
    { adminToken },
    {
      mediaServers: () => [{ url: 'ws://media/kurento', up: true, load: 2, filters: [] }],
      mediaFigures: [figures],
    },
  );
  let samples: readonly Sample[];
  let text: string;

  before(async () => {
    figures.steps.add('answer', 'failed');
    figures.took('processOffer', 'ok', 20);
    figures.took('release', 'timeout', 10_000);
    const ofAudio = { direction: 'in', kind: 'audio' };
    const carried = engineFiguresSchema.parse({
      counters: [{ name: 'packets', labels: ofAudio, value: 1_500 }],
      histograms: [{ name: 'media_loss_ratio', labels: ofAudio, counts: [[0.01, 3]], sum: 0.02, count: 3 }],
    });
    figures.readTold = () => ({ figures: carried, sampledRatio: 0.5 });
    const url = await stage.start();
    const first = await RpcClient.connect(url);
    const { sessionId } = await first.request('connect');
    await first.request('joinRoom', { user: 'ana', room: 'garden' });
    const other = await RpcClient.connect(url);
    expect(await other.refusal('joinRoom', { user: 'ana', room: 'garden' })).to.equal(104);
    expect(await other.refusal('dance')).to.equal(-32_601);
    await other.request('joinRoom', { user: 'ben', room: 'garden' });
    await other.request('leaveRoom');
    first.cut();
    const again = await RpcClient.connect(url);
    await again.request('connect', { sessionId });
    const way = { loss: 0, rttMs: 20, kbps: 900 };
    await again.request('reportQuality', { up: way, down: way, frozenMs: 0 });
    const refused = await fetch(`${url}api/v1/rooms`, { headers: { Origin: 'http://elsewhere.example' } });
    expect(refused.status).to.equal(403);
    text = await (await fetch(`${url}metrics`, asAdmin)).text();
    samples = readMetrics(text);
    for (const client of [other, again]) client.cut();
  });
  after(() => stage.stop());

  const door = 'kurento-room';

  it('counts joins by what came of them, and how long they took', () => {
    const joins = (outcome: string) => valueOf(samples, 'atrium_joins_total', { door, outcome });
    expect([joins('joined'), joins('participant-exists'), joins('resumed')]).to.deep.equal([2, 1, 1]);
    expect(valueOf(samples, 'atrium_join_seconds_count', { door })).to.equal(2);
  });

  it('counts those that leave, and how long they stayed', () => {
    expect(valueOf(samples, 'atrium_leaves_total', { door, reason: 'left' })).to.equal(1);
    expect(valueOf(samples, 'atrium_session_seconds_count')).to.equal(1);
    expect(valueOf(samples, 'atrium_rooms', { size: '1-2' })).to.equal(1);
  });

  it('counts those whose clients report it by how well their media gets through', () => {
    const levels = ['excellent', 'good', 'poor', 'lost'].map((level) => valueOf(samples, 'atrium_quality', { level }));
    expect(levels).to.deep.equal([1, 0, 0, 0]);
  });

  it('counts connections, messages, requests and errors of each protocol', () => {
    expect(valueOf(samples, 'atrium_connections_total', { door })).to.equal(3);
    expect(valueOf(samples, 'atrium_messages_total', { door, direction: 'in' })).to.equal(8);
    expect(valueOf(samples, 'atrium_message_bytes_total', { door, direction: 'out' })).to.be.greaterThan(500);
    expect(valueOf(samples, 'atrium_rpc_seconds_count', { method: 'joinRoom' })).to.equal(3);
    // Clients choose the names of methods; they name no label.
    expect(valueOf(samples, 'atrium_rpc_seconds_count', { method: 'unknown' })).to.equal(1);
    for (const code of ['104', '-32601'])
      expect(valueOf(samples, 'atrium_errors_total', { door, code }), code).to.equal(1);
    expect(valueOf(samples, 'atrium_queued_bytes', { door })).to.equal(0);
    expect(valueOf(samples, 'atrium_connections_refused_total', { door: 'http', reason: 'origin' })).to.equal(1);
  });

  it('counts the steps from a connection to media', () => {
    const step = (labels: Record<string, string>) => valueOf(samples, 'atrium_step_total', labels);
    expect(step({ step: 'socket', outcome: 'ok' })).to.equal(3);
    expect([step({ step: 'join', outcome: 'ok' }), step({ step: 'join', outcome: 'failed' })]).to.deep.equal([3, 1]);
    expect(step({ server: '0', step: 'answer', outcome: 'failed' })).to.equal(1);
  });

  it('tells of each media server what it was asked for, and what it carried', () => {
    const [server, kind, direction] = ['0', 'audio', 'in'];
    expect(valueOf(samples, 'atrium_media_server_up', { server })).to.equal(1);
    const call = { server, call: 'release', outcome: 'timeout' };
    expect(valueOf(samples, 'atrium_media_server_calls_total', call)).to.equal(1);
    expect(valueOf(samples, 'atrium_media_server_call_seconds_count', { server, call: 'processOffer' })).to.equal(1);
    expect(valueOf(samples, 'atrium_media_packets_total', { server, direction, kind })).to.equal(1_500);
    expect(valueOf(samples, 'atrium_media_sampled_ratio', { server })).to.equal(0.5);
    const upTo = { server, direction, kind, le: '0.01' };
    expect(valueOf(samples, 'atrium_media_loss_ratio_bucket', upTo)).to.equal(3);
  });

  it('has what docs/rest.md lists, with these labels, and no names', () => {
    for (const { name, labels } of samples.filter(({ name: each }) => each.startsWith('atrium_'))) {
      const metric = declared.get(name) ?? declared.get(name.replace(/_(bucket|sum|count)$/, ''));
      expect(metric, name).to.not.equal(undefined);
      expect([...(metric?.labels ?? []), 'le'], name).to.include.members(Object.keys(labels));
    }
    for (const { name, type } of allMetrics.filter(({ name: each }) => !each.startsWith('atrium_cluster_')))
      expect(text).to.include(`# TYPE ${name} ${type}\n`);
    expect(text).to.not.match(/\b(ana|ben|garden|media\/kurento)\b/);
  });

  describe('is all that deploy/ asks Prometheus for', () => {
    /** Those of prom-client, which have no labels of ours. */
    const ofProcess = (): Set<string> =>
      new Set(samples.map(({ name }) => name).filter((name) => !name.startsWith('atrium_')));

    function check(expression: string): void {
      const names = expression.match(/\b(atrium|nodejs|process)_[a-z0-9_]+/g) ?? [];
      const labels = new Set<string>(['instance', 'job']);
      for (const name of names) {
        const base = name.replace(/_(bucket|sum|count)$/, '');
        const metric =
          declared.get(name) ?? (declared.get(base)?.type === 'histogram' ? declared.get(base) : undefined);
        expect(metric !== undefined || ofProcess().has(name), `${name} in ${expression}`).to.equal(true);
        if (metric) for (const each of [...metric.labels, ...(metric.name === name ? [] : ['le'])]) labels.add(each);
      }
      const used = [
        ...[...expression.matchAll(/[{,]\s*([a-z_]+)\s*(?:=~|!=|!~|=)/g)].map(([, name = '']) => name),
        ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
      ];
      expect([...labels], expression).to.include.members(used);
    }

    it('the dashboard', async () => {
      const dashboard = JSON.parse(await readFile('deploy/grafana/atrium.json', 'utf8')) as {
        readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
      };
      const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      for (const expression of expressions) check(expression);
      const shown = expressions.join(' ');
      const rare = /^atrium_cluster_(frames_relayed|resent|gaps|takeover_seconds|log_bytes|dropped)/;
      expect(
        allMetrics.filter(({ name }) => !shown.includes(name) && !rare.test(name)).map(({ name }) => name),
      ).to.deep.equal([]);
    });

    it('the alerts', async () => {
      const { groups } = parse(await readFile('deploy/prometheus/alerts.yml', 'utf8')) as {
        readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
      };
      const rules = groups.flatMap((group) => group.rules);
      expect(rules).to.have.length.greaterThan(5);
      for (const { expr } of rules) check(expr);
    });

    it('in the words of Prometheus, by its own tool', function () {
      const said = (input: string, ...args: readonly string[]): string => {
        const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
        if (error) this.skip();
        return status === 0 ? '' : stdout + stderr;
      };
      expect(said('', 'check', 'rules', 'deploy/prometheus/alerts.yml')).to.equal('');
      // prom-client has names for some of its own that Prometheus would not choose.
      const others = said(text, 'check', 'metrics').replace(/^nodejs_active_\w+_total non-counter .*\n/gm, '');
      expect(others).to.equal('');
    });
  });
});
