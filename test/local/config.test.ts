import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfigFile } from '../../local/compose.ts';

function file(content: string): { path: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'watchkeeper.yaml');
  writeFileSync(path, content);
  return { path, folder };
}

const variable = (name: string) => `$\{${name}}`;

describe('the configuration file', () => {
  it('may be empty: then nothing is configured', async () => {
    expect(await readConfigFile(file('').path, {})).toEqual({ sources: [] });
  });

  it('takes secrets from the environment and paths relative to itself', async () => {
    const { path, folder } = file(`
prometheus: { url: http://127.0.0.1:9090 }
kubernetes: { kubeconfig: kube/config, contexts: [backend-1] }
knowledge: runbooks
pagerduty: { token: "${variable('PD_TOKEN')}", fromEmail: oncall@example.com, webhookSecrets: ["${variable('PD_SECRET')}"] }
level: walk
environment: staging
approvers: [ada]
`);
    const { sources, ...rest } = await readConfigFile(path, { PD_TOKEN: 'token', PD_SECRET: 'a-long-secret' });
    expect(sources.map(({ name, config }) => [name, config])).toEqual([
      ['kubernetes', { kubeconfig: join(folder, 'kube/config'), contexts: ['backend-1'] }],
      ['prometheus', { url: 'http://127.0.0.1:9090', auth: 'none', clusterLabel: 'cluster' }],
    ]);
    expect(rest).toEqual({
      knowledge: join(folder, 'runbooks'),
      pagerduty: { token: 'token', fromEmail: 'oncall@example.com', webhookSecrets: ['a-long-secret'] },
      level: 'walk',
      environment: 'staging',
      approvers: ['ada'],
    });
  });

  it.each([
    [
      'toolServers: [{ name: a, specialists: [wizard], tools: [b], url: "http://127.0.0.1/mcp" }]',
      'no specialist has this name',
    ],
    ['promethus: { url: http://x }', 'Unrecognized key: "promethus"'],
    ['prometheus: { url: not a url }', 'prometheus.url'],
    ['prometheus: { url: http://x, bearer: y }', 'bearer'],
    ['prometheus: { url: http://x, auth: bearer }', 'prometheus.bearerToken'],
    ['sources: { amp: { kind: prometheus, url: not a url } }', 'sources.amp.url'],
    ['sources: { amp: { kind: magic } }', 'no kind of source is called magic'],
    ['sources: { prometheus: { kind: prometheus, url: http://x } }\nprometheus: { url: http://y }', 'is there twice'],
    ['level: sprint', 'level'],
    ['model: { provider: magic }', 'model'],
    ['catalog: c.yaml\nlevel: walk', 'environment and level come from the catalogue'],
    [
      `slack: { botToken: "${variable('SLACK')}" }`,
      `asks for ${variable('SLACK')}, which the environment does not have.`,
    ],
    ['a: [', 'is neither YAML nor JSON'],
    ['- a list', 'does not fit'],
  ])('says where %j does not fit', async (content, sentence) => {
    const { path } = file(content);
    await expect(readConfigFile(path, {})).rejects.toThrow(sentence);
    await expect(readConfigFile(path, {})).rejects.toThrow(path);
  });

  it('says which file cannot be read', async () => {
    await expect(readConfigFile('/nowhere/x.yaml', {})).rejects.toThrow(
      'The configuration /nowhere/x.yaml cannot be read.',
    );
  });
});
