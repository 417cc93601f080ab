import { expect } from 'chai';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

const read = (path: URL): string => readFileSync(path, 'utf8');
/** https://github.com/compose-spec/compose-spec, of October 2021, under the licence Apache 2.0. It has no `name` yet. */
const schema = JSON.parse(read(new URL('compose-spec.json', import.meta.url)), (key, value: unknown) =>
  // Names that the validator knows nothing of, and does not need.
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
) as object;

/** The first version of Compose, docker-compose, takes no `name`. */
const isInstalled = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;

for (const path of ['docker-compose.yml', 'deploy/compose/nodes.yml']) {
  const file = new URL(`../../${path}`, import.meta.url);

  describe(path, () => {
    it('is what the specification of Compose allows', () => {
      const ajv = new Ajv({
        allErrors: true,
        strict: false,
        formats: { expose: true, ports: true, duration: true, subnet_ip_address: true },
      });
      const isValid = ajv.compile(schema);
      const { name, ...rest } = parse(read(file), { merge: true }) as { readonly name: unknown };
      expect(name).to.match(/^[a-z-]+$/);
      const fits = isValid(rest);
      expect(fits, ajv.errorsText(isValid.errors)).to.equal(true);
      expect(isValid({ services: { one: { imag: 'caddy' } } })).to.equal(false);
    });

    it('is read by Compose with all its profiles', function () {
      if (!isInstalled) this.skip();
      const secrets = {
        REDIS_PASSWORD: 'a',
        CLUSTER_SECRET: 'b',
        MEDIA_SERVER_TOKEN: 'c',
        PUBLIC_ADDRESS: '192.0.2.7',
      };
      const env = { ...process.env, ...secrets, COMPOSE_PROFILES: 'embedded,kms,tls,turn' };
      const args = ['compose', '-f', fileURLToPath(file), 'config', '--services'];
      const services = execFileSync('docker', args, { encoding: 'utf8', env });
      const { services: all } = parse(read(file), { merge: true }) as { readonly services: object };
      expect(services.trim().split('\n')).to.have.members(Object.keys(all));
    });
  });
}
