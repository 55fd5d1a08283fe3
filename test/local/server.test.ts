// The server over real HTTP, with the runtime behind it and everything in memory.
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedWorld } from '../../local/compose.ts';
import { signedHeaders } from '../../local/paging.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { asProgram } from '../signed-in.ts';

const scenarios = new URL('../../scenarios/', import.meta.url).pathname;
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime({ makeWorld: recordedWorld([scenarios]), port: 0, owner: { name: 'ada' } });
});
afterAll(() => runtime.close());

/** What a test reads of an answer is checked by what it expects of it. */
const jsonOf = async (response: Response | Promise<Response>) => JSON.parse(await (await response).text());
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${runtime.url}${path}`, { headers: { ...asProgram(runtime), ...headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`${runtime.url}${path}`, {
    method: 'POST',
    headers: { ...asProgram(runtime), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** fetch cannot lie about its Host header; this can. */
const statusWithHost = (host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { port } = new URL(runtime.url ?? '');
    request(
      { host: '127.0.0.1', port, path: '/api/incidents', headers: { ...asProgram(runtime), host } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on('error', reject)
      .end();
  });

describe("the console's API", () => {
  it('lists what can be paged, sends it, and shows what became of it', async () => {
    const { scenarios: listed } = await jsonOf(get('/api/scenarios'));
    expect(listed).toContainEqual({ id: 'cronjob-nightly-invoices', title: expect.any(String) });
    const sent = await jsonOf(post('/api/pages', { scenario: 'cronjob-nightly-invoices', vary: true }));
    const incident = await runtime.waitForIncident(sent.sourceId, 'asked');
    const { incidents } = await jsonOf(get('/api/incidents'));
    expect(incidents[0]).toMatchObject({ id: incident.id, sourceId: sent.sourceId });
    const whole = await jsonOf(get(`/api/incidents/${incident.id}`));
    expect(whole).toMatchObject({ incident: { id: incident.id }, approvals: expect.any(Array) });
    expect(whole.timeline[0]).toMatchObject({ kind: 'opened' });
    const evidenceId = whole.timeline.flatMap((entry: { evidenceIds: string[] }) => entry.evidenceIds)[0];
    const opened = await jsonOf(get(`/api/incidents/${incident.id}/evidence/${evidenceId}`));
    expect(opened).toMatchObject({ evidence: { id: evidenceId, incidentId: incident.id }, full: expect.anything() });
  });

  it('gives an incident as Markdown and as JSON, and its postmortem once it ended', async () => {
    const sent = await jsonOf(post('/api/pages', { scenario: 'flag-flip', vary: true }));
    const { id } = await runtime.waitForIncident(sent.sourceId, 'ended');
    const markdown = await get(`/api/incidents/${id}/export/md`);
    expect(markdown.headers.get('content-disposition')).toBe(`attachment; filename="${id}.md"`);
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(await markdown.text()).toMatch(/^# [\s\S]*## Diagnosis[\s\S]*## Evidence\n\n1\. /);
    expect(await jsonOf(get(`/api/incidents/${id}/export/json`))).toMatchObject({
      format: 'watchkeeper-incident/1',
      incident: { id },
      evidence: expect.arrayContaining([expect.objectContaining({ incidentId: id })]),
    });
    expect((await jsonOf(get(`/api/incidents/${id}/postmortem`))).markdown).toMatch(/^# Postmortem draft/);
    expect((await get(`/api/incidents/${id}/export/pdf`)).status).toBe(404);
  });

  it('streams what happens', async () => {
    const response = await get('/api/events');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await post('/api/pages', { scenario: 'cronjob-nightly-invoices', vary: true });
    let seen = '';
    while (!/event: timeline\ndata: \{.*"kind":"opened"/.test(seen)) seen += (await reader.read()).value ?? '';
    await reader.cancel();
    expect(response.headers.get('content-type')).toBe('text/event-stream');
  });

  it.each([
    ['/api/incidents/none', 404],
    ['/api/incidents/none/evidence/x', 404],
    ['/api/incidents/none/evidence', 404],
    ['/api/incidents/none/export/md', 404],
    ['/api/incidents/none/postmortem', 404],
    ['/api/nothing', 404],
    ['/console/../../package.json', 404],
    ['/console/..%2f..%2fpackage.json', 404],
    ['/api/incidents/%zz', 400],
  ])('answers %s with %i and a sentence', async (path, status) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect((await jsonOf(response)).error).toMatch(/\.$/);
  });

  it.each([
    ['an unknown scenario', '/api/pages', { scenario: 'none' }, 400],
    ['a verdict that there is not', '/api/approvals/x', { verdict: 'perhaps' }, 400],
    ['a body that is no JSON', '/api/pages', '{', 400],
    ['a body that is too large', '/api/pages', JSON.stringify({ scenario: 'x'.repeat(1_100_000) }), 413],
    ['a preference that there is not', '/api/preferences/none/revoke', {}, 404],
  ])('refuses %s', async (_, path, body, status) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    expect((await jsonOf(response)).error).toEqual(expect.any(String));
  });

  it('says of a question that there is not that there is none', async () => {
    expect(await jsonOf(post('/api/approvals/none', { verdict: 'approve' }))).toMatchObject({
      kind: 'not-found',
    });
  });

  it('throws the kill switch, takes it off, and has both in the audit and its files', async () => {
    const flip = (on: boolean) =>
      jsonOf(post('/api/controls/kill-switch', { on, by: 'mallory', why: 'a "migration", =1+1' }));
    expect(await jsonOf(get('/api/controls'))).toMatchObject({ on: false });
    expect(await flip(true)).toMatchObject({ on: true, killSwitch: { by: 'ada' } });
    expect(await flip(false)).toMatchObject({ on: false });
    const { entries } = await jsonOf(get('/api/audit'));
    expect(entries.filter(({ kind }: { kind: string }) => kind === 'control')).toMatchObject([
      { outcome: 'on' },
      { outcome: 'off' },
    ]);
    const csv = await get('/api/audit/export?format=csv');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="watchkeeper-audit.csv"');
    expect(await csv.text()).toContain('"Kill switch on: a ""migration"", =1+1"');
    const lines = (await (await get('/api/audit/export')).text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toContain('control');
  });

  it.each([
    ['/api/audit?since=yesterday', 400],
    ['/api/audit?since=2000-01-01T00:00:00Z', 400],
    ['/api/audit/export?format=xml', 400],
  ])('refuses %s', async (path, status) => {
    const response = await get(path);
    expect([response.status, (await jsonOf(response)).error]).toEqual([status, expect.any(String)]);
  });

  it('is for this machine and its own page only', async () => {
    expect(await statusWithHost('watchkeeper.example')).toBe(403);
    expect(await statusWithHost('localhost')).toBe(200);
    expect((await get('/api/incidents', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/api/incidents', { origin: 'http://127.0.0.1:1' })).status).toBe(403);
    expect((await get('/api/incidents', { origin: runtime.url! })).status).toBe(200);
    const plain = { 'content-type': 'text/plain' };
    expect((await post('/api/pages', { scenario: 'cronjob-nightly-invoices' }, plain)).status).toBe(403);
  });
});

describe('the PagerDuty endpoint', () => {
  const page = () => runtime.world.pages[0]!.body;

  it('refuses a page that is not signed with a secret of ours', async () => {
    const response = await post('/pagerduty', page(), signedHeaders(page(), 'another secret'));
    expect(response.status).toBe(403);
  });

  it('refuses a body that is malformed, and a header', async () => {
    expect((await post('/pagerduty', page(), { 'x-pagerduty-signature': 'v1=short' })).status).toBe(400);
    expect((await get('/pagerduty')).status).toBe(405);
    expect((await get('/pagerduty/webhook')).status).toBe(405);
  });

  it('opens one incident for a page that comes twice', async () => {
    const first = await runtime.sendPage(page());
    await runtime.sendPage(page());
    await runtime.waitForIncident(first.sourceId, 'asked');
    const all = await runtime.ports.incidents.list(100);
    expect(all.filter((each) => each.sourceId === first.sourceId)).toHaveLength(1);
  });
});

it('says which port is in use', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(startRuntime({ makeWorld: recordedWorld([scenarios]), port })).rejects.toThrow(
    `Port ${port} is in use. Choose another one with --port, or any free one with --port 0.`,
  );
  taken.close();
});
