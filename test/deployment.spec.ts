import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../api/config.ts';
import { digestOf } from '../api/tokens.ts';
import { environmentTaskQueue } from '../domain/ids.ts';
import { planRelease } from '../domain/plan.ts';
import { emptyLedger } from '../domain/ledger.ts';
import { openJournal } from '../journal/open.ts';
import { loadConnections } from '../providers/connections.ts';
import { createProviders } from '../providers/index.ts';
import { envoyBootstrap } from '../providers/routers/envoy/bootstrap.ts';
import { settingsSchema as routerSettings } from '../providers/routers/envoy/schema.ts';
import { routerPowers } from '../providers/routers/index.ts';
import { parseSpecification } from '../specification/parse.ts';
import { readWorkerConfig } from '../worker/config.ts';
import { readCompose, readText, root, variablesOf, type Service } from './support/compose.ts';
import { findPostgresOrSkip, startPostgres, type RunningPostgres } from './support/postgres.ts';

const secrets = {
  POSTGRES_PASSWORD: 'superuser',
  TEMPORAL_DB_PASSWORD: 'temporal-secret',
  JOURNAL_DB_PASSWORD: 'journal-secret',
  CRESCENDO_TOKEN: 'operator-token',
};
const compose = readCompose(secrets);
const services = Object.entries(compose.services);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

const { spec, warnings } = parseSpecification(readText('deploy/crescendo/shop.yaml'));
const connectionsFile = 'deploy/crescendo/connections.yaml';
const connections = loadConnections(join(root, connectionsFile));
const connectionOf = (name: string) => connections.find(name, name);
const envoyAdmin = new URL(String(connectionOf('envoy')['admin']));

/** Settings that the configuration reads itself, by the names in its source. */
const namesIn = (path: string) =>
  new Set(readText(path).match(/\b(?:CRESCENDO|DATABASE|TEMPORAL|SHOP)_[A-Z_]+\b/g));

describe('docker-compose.yml', () => {
  it.each(Object.keys(secrets))('starts nothing without %s', (name) => {
    expect(() => readCompose({ ...secrets, [name]: '' })).toThrow(`${name} is missing`);
  });

  it('has every variable explained in .env.example, and no secret with a default', () => {
    const variables = variablesOf(readText('docker-compose.yml'));
    const explained = readText('.env.example').match(/^#?[A-Z_]+(?==)/gm) ?? [];
    expect(explained.map((name) => name.replace('#', '')).sort()).toEqual(
      [...variables.keys()].sort(),
    );
    const given = [...variables].filter(([name]) => /TOKEN|PASSWORD|SECRET/.test(name));
    for (const [name, rest] of given)
      expect([name, rest]).toEqual([name, expect.stringMatching(/^\?|^-$/)]);
    expect(readText('.env.example')).not.toMatch(/^[A-Z_]+=.+/m);
  });

  it.each(services)('%s has an image of one exact version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z0-9]+(?:[./-][a-z0-9]+)*:v?\d+(?:\.\d+){1,2}(?:-[a-z]+)?$/);
  });

  it.each(services)('%s waits only for what can be waited for', (_name, { depends_on: waits }) => {
    for (const [other, { condition }] of Object.entries(waits)) {
      const { healthcheck, restart } = service(other);
      const ends = restart === 'no';
      if (condition === 'service_completed_successfully') expect(ends).toBe(true);
      else expect(ends).toBe(false);
      if (condition === 'service_healthy') expect(healthcheck).toHaveProperty('test');
    }
  });

  it('publishes each port once, on 127.0.0.1 only', () => {
    const published = services.flatMap(([, { ports }]) => ports);
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(published.map((port) => port.split(':')[1])).size).toBe(published.length);
  });

  it('mounts files that exist and volumes that are declared', () => {
    const sources = services.flatMap(([, { volumes }]) => volumes.map((one) => one.split(':')[0]));
    const files = sources.filter((source) => source?.startsWith('./'));
    for (const file of files) expect(existsSync(join(root, file ?? ''))).toBe(true);
    const named = new Set(sources.filter((source) => !source?.startsWith('./')));
    expect(named).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('shares a network only with a service that is never restarted for its own sake', () => {
    const members = services.filter(([, { network_mode: mode }]) => mode !== undefined);
    expect(members.map(([name]) => name)).toEqual(['shop-worker', 'envoy', 'prometheus']);
    for (const [, member] of members) {
      expect(member.network_mode).toBe('service:shop-host');
      expect(member.ports).toEqual([]);
      expect(member.depends_on['shop-host']).toEqual({
        condition: 'service_started',
        restart: true,
      });
    }
    expect(service('shop-host').command).toEqual(['sleep', 'infinity']);
  });

  const own = services.filter(([, { image }]) => image.startsWith('crescendo:'));

  it('gives our own containers no privilege they do not need', () => {
    expect(own.map(([name]) => name)).toEqual(['api', 'worker', 'shop-host', 'shop-worker']);
    for (const [, { cap_drop: dropped, security_opt: options, init }] of own) {
      expect([dropped, options, init]).toEqual([['ALL'], ['no-new-privileges:true'], true]);
    }
    const version = (JSON.parse(readText('package.json')) as { version: string }).version;
    expect(new Set(own.map(([, { image }]) => image))).toEqual(new Set([`crescendo:${version}`]));
  });

  it('runs what the build leaves in the image', () => {
    const programs = own.flatMap(([, { command }]) =>
      command?.[0] === 'node' ? [command[1]] : [],
    );
    expect(programs).toEqual(['dist/worker/main.js', 'deploy/crescendo/shop-host.mjs']);
    for (const program of programs) expect(existsInImage(program ?? '')).toBe(true);
  });

  it('is accepted by Compose itself, where there is one', ({ skip }) => {
    if (spawnSync('docker', ['compose', 'version']).status !== 0) skip('no docker compose here');
    const answer = spawnSync('docker', ['compose', 'config', '--quiet'], {
      cwd: root,
      env: { ...process.env, ...secrets },
      encoding: 'utf8',
    });
    expect(answer.stderr).toBe('');
    expect(answer.status).toBe(0);
  });
});

describe('docker-compose.yml: settings', () => {
  const temporal = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];
  it.each([
    ['api', ['api/config.ts']],
    ['worker', ['worker/config.ts']],
    ['shop-worker', ['worker/config.ts', 'deploy/crescendo/shop-host.mjs']],
  ])('%s is given only what it reads', (name, sources) => {
    const known = new Set([...temporal, ...sources.flatMap((path) => [...namesIn(path)])]);
    const unknown = Object.keys(service(name).environment).filter((one) => !known.has(one));
    expect(unknown).toEqual([]);
  });

  it('the API is reachable inside the network, and asks for a token', () => {
    const config = readConfig(service('api').environment);
    expect(config).toMatchObject({ host: '0.0.0.0', port: 8080, githubWebhookSecret: null });
    const operator = { actor: 'operator', sha256: digestOf(secrets.CRESCENDO_TOKEN) };
    expect(config.tokens).toMatchObject([operator]);
    expect(service('api').ports).toEqual([`127.0.0.1:8080:${config.port}`]);
    expect(new URL(config.publicUrl ?? '').port).toBe('8080');
  });

  it('all of them use one Temporal server, namespace and journal', () => {
    const api = readConfig(service('api').environment);
    expect(api.temporal).toMatchObject({
      connection: { address: 'temporal:7233' },
      namespace: service('temporal-namespace').environment['NAMESPACE'],
    });
    for (const name of ['worker', 'shop-worker']) {
      const { environment } = service(name);
      const config = readWorkerConfig(environment);
      expect(environment['TEMPORAL_ADDRESS']).toBe('temporal:7233');
      expect(config.namespace).toBe(api.temporal.namespace);
      expect(config.databaseUrl).toBe(api.databaseUrl);
      expect(config.temporalUi).toBe(api.temporalUi);
      expect(config.metricsAddress).toBe('0.0.0.0:9464');
      expect(JSON.stringify(service(name).healthcheck)).toContain('http://127.0.0.1:9464/metrics');
    }
    const ui = new URL(api.temporalUi ?? '');
    expect(service('temporal-ui').ports).toEqual([`127.0.0.1:${ui.port}:8080`]);
  });

  it('only the worker without a name runs workflows, and it holds no connections', () => {
    const worker = readWorkerConfig(service('worker').environment);
    expect([worker.runsWorkflows, worker.connectionsFile]).toEqual([true, undefined]);
    expect(service('worker').deploy).toEqual({ replicas: 2 });
    const shop = readWorkerConfig(service('shop-worker').environment);
    expect(shop.connectionsFile).toBe(`/app/${connectionsFile}`);
    for (const { worker: name } of Object.values(spec.environments)) {
      expect(environmentTaskQueue(name ?? null)).toBe(shop.taskQueue);
    }
  });
});

describe('deploy/crescendo', () => {
  it('shop.yaml is valid, and a first release of it can be planned', () => {
    expect(warnings).toEqual([]);
    const version = { name: '1.0.0', artifact: './dist/demo/versions/1.0.0.js' };
    const result = planRelease(spec, version, { ledger: emptyLedger(), powers: routerPowers });
    expect(result).toHaveProperty('plan.version.name', '1.0.0');
  });

  it('connections.yaml holds a valid connection for all that the specification names', () => {
    const providers = createProviders(connections);
    for (const { target, router } of Object.values(spec.environments)) {
      expect(providers.target(target)).toBeDefined();
      if (router) expect(providers.router(router)).toBeDefined();
    }
    const names = spec.analysis.metrics.map(({ from }) => from);
    expect(new Set(names)).toEqual(new Set(['envoy', 'prometheus']));
    for (const name of names) expect(connections.names).toContain(name);
    for (const name of names) expect(providers.metrics(name)).toBeDefined();
  });

  it('the shop can be reached from outside its container', () => {
    const { router } = spec.environments['production'] ?? {};
    const { port, host } = routerSettings.parse(router?.settings);
    expect(host).toBe('0.0.0.0');
    expect(service('shop-host').ports).toContain(`127.0.0.1:${port}:${port}`);
  });
});

describe('deploy/envoy/bootstrap.json', () => {
  it('is what the router writes for this directory and admin port', () => {
    const options = { adminPort: Number(envoyAdmin.port), id: 'shop' };
    const directory = String(connectionOf('envoy')['directory']);
    expect(JSON.parse(readText('deploy/envoy/bootstrap.json'))).toEqual(
      envoyBootstrap({ directory, ...options }),
    );
    expect(envoyAdmin.hostname).toBe('127.0.0.1');
    expect(service('envoy').healthcheck).toHaveProperty(
      'test.3',
      expect.stringContaining(`/dev/tcp/127.0.0.1/${envoyAdmin.port} `),
    );
  });

  it('worker and Envoy see the directory under the same path', () => {
    const directory = String(connectionOf('envoy')['directory']);
    expect(service('shop-worker').volumes).toContain(`envoy:${directory}`);
    expect(service('envoy').volumes).toContain(`envoy:${directory}:ro`);
    expect(service('shop-worker').volumes).toContain(
      `processes:${String(connectionOf('process')['directory'])}`,
    );
  });
});

describe('deploy/prometheus/prometheus.yml', () => {
  it('is accepted by promtool, where there is one', ({ skip }) => {
    if (spawnSync('promtool', ['--version']).status !== 0) skip('no promtool here');
    const answer = spawnSync('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(answer.stderr).toBe('');
    expect(answer.status).toBe(0);
  });

  it('scrapes Envoy, every worker, Temporal and itself where they listen', () => {
    const config = parse(readText('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: {
        job_name: string;
        metrics_path?: string;
        static_configs?: { targets: string[] }[];
        dns_sd_configs?: { names: string[]; port: number }[];
      }[];
    };
    const job = (name: string) => config.scrape_configs.find((one) => one.job_name === name);
    const metricsPort = readWorkerConfig(service('worker').environment).metricsAddress?.split(
      ':',
    )[1];
    expect(job('envoy')).toMatchObject({
      metrics_path: '/stats/prometheus',
      static_configs: [{ targets: [envoyAdmin.host] }],
    });
    expect(job('crescendo-worker')).toMatchObject({
      dns_sd_configs: [{ names: ['worker'], port: Number(metricsPort) }],
      static_configs: [{ targets: [`127.0.0.1:${metricsPort}`] }],
    });
    const temporalPort = service('temporal').environment['PROMETHEUS_ENDPOINT']?.split(':')[1];
    expect(job('temporal')).toMatchObject({
      static_configs: [{ targets: [`temporal:${temporalPort}`] }],
    });
    const url = new URL(String(connectionOf('prometheus')['url']));
    expect(job('prometheus')).toMatchObject({ static_configs: [{ targets: [url.host] }] });
    expect(service('shop-host').ports).toContain(`127.0.0.1:${url.port}:${url.port}`);
  });
});

describe('Dockerfile', () => {
  const dockerfile = readText('Dockerfile');
  const instructions = dockerfile.replaceAll(/\\\n/g, ' ').split('\n');
  const only = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));
  const ignored = readText('.dockerignore')
    .split('\n')
    .filter((line) => /^[^#]/.test(line));

  it('starts from one exact Node.js that package.json allows', () => {
    const images = new Set(only('FROM').map((line) => line.split(' ')[1]));
    expect(images.size).toBe(1);
    const [major] = /(?<=^node:)\d+(?=\.\d+\.\d+-bookworm-slim$)/.exec([...images][0] ?? '') ?? [];
    const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } };
    const floor = Number(/^>=(\d+)/.exec(engines.node)?.[1]);
    expect(Number(major)).toBeGreaterThanOrEqual(floor);
  });

  it('copies what is there, and what the build needs is not ignored', () => {
    const copied = only('COPY').filter((line) => !line.includes('--from='));
    const sources = copied.flatMap((line) => line.split(/\s+/).slice(1, -1));
    for (const source of sources) expect(existsSync(join(root, source))).toBe(true);
    const { include } = JSON.parse(readText('tsconfig.build.json')) as { include: string[] };
    const needed = [
      ...include,
      'package-lock.json',
      'tsconfig.json',
      'deploy',
      'examples',
      'LICENSE',
    ];
    expect(needed.filter((name) => ignored.includes(name))).toEqual([]);
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.env', 'node_modules', 'dist']));
  });

  it('keeps parts of the Temporal SDK that exist', () => {
    const kept = dockerfile.match(/(?<=keep=)\S+/g) ?? [];
    const shipped = readdirSync(join(root, 'node_modules/@temporalio/core-bridge/releases'));
    expect(kept).toHaveLength(2);
    expect(shipped).toEqual(expect.arrayContaining(kept));
  });

  it('runs the API, not as root', () => {
    expect(only('USER').at(-1)).toBe('USER node');
    expect(only('CMD').at(-1)).toBe('CMD ["node", "dist/api/main.js"]');
    expect(existsInImage('dist/api/main.js')).toBe(true);
    const [, probe] = /"(deploy\/[^"]+)"/.exec(dockerfile) ?? [];
    expect(existsInImage(probe ?? '')).toBe(true);
  });

  it('makes the folders that volumes are mounted on', () => {
    for (const path of [connectionOf('envoy')['directory'], connectionOf('process')['directory']]) {
      expect(dockerfile).toContain(String(path));
    }
  });
});

const postgres = findPostgresOrSkip('deploy/postgres');

describe.runIf(postgres)('deploy/postgres/10-databases.sh', () => {
  let server: RunningPostgres;
  let base: URL;
  beforeAll(async () => {
    server = await startPostgres(postgres ?? '');
    base = new URL(await server.createDatabase());
    const bin = { PATH: `${postgres}:${process.env['PATH']}`, PGHOST: '127.0.0.1' };
    const env = { ...bin, PGPORT: base.port, ...secrets, POSTGRES_USER: base.username };
    execFileSync('bash', ['deploy/postgres/10-databases.sh'], { cwd: root, env, stdio: 'pipe' });
  });
  afterAll(() => server?.stop());

  const at = (user: string, database: string) => `postgres://${user}@${base.host}/${database}`;

  it('gives the journal a database of its own, in which it can set itself up', async () => {
    const { username, pathname } = new URL(service('api').environment['DATABASE_URL'] ?? '');
    const journal = await openJournal({ url: at(username, pathname.slice(1)), patience: 0 });
    await journal.ping();
    await journal.close();
  });

  it.each([
    ['journal', 'temporal'],
    ['journal', 'temporal_visibility'],
    ['temporal', 'journal'],
  ])('keeps %s out of %s', async (user, database) => {
    const opening = openJournal({ url: at(user, database), patience: 0 });
    await expect(opening).rejects.toMatchObject({ code: 'journal_unavailable' });
  });
});

/** Whether the image holds it: compiled files by their source, the rest as it is. */
function existsInImage(path: string): boolean {
  const source = path.startsWith('dist/')
    ? path.replace(/^dist\//, '').replace(/\.js$/, '.ts')
    : path;
  return existsSync(join(root, source));
}
