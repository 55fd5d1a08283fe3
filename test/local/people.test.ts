// Who may use the console, over real HTTP and as somebody who tries to be another: tokens, cookies, forged names, other sites.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedWorld } from '../../local/compose.ts';
import { vary } from '../../local/paging.ts';
import { openPeople } from '../../local/people.ts';
import { memoryDisk } from '../../local/runtime/files.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { asProgram, linkFor, signedIn } from '../signed-in.ts';

const data = mkdtempSync(join(tmpdir(), 'watchkeeper-people-'));
const makeWorld = recordedWorld(
  ['oom-after-deploy', 'cronjob-nightly-invoices'].map(
    (name) => new URL(`../../scenarios/${name}`, import.meta.url).pathname,
  ),
);
let runtime: Runtime;
const start = async () => {
  runtime = await startRuntime({ makeWorld, data, port: 0, owner: { name: 'ada' } });
};
beforeAll(start);
afterAll(async () => {
  await runtime.close();
  rmSync(data, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${runtime.url}${path}`, { headers, redirect: 'manual' });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${runtime.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const jsonOf = async (response: Promise<Response>) => JSON.parse(await (await response).text());
const question = async (scenario: number) => {
  const body = runtime.world.pages[scenario]?.body ?? '';
  const { sourceId } = await runtime.sendPage(vary(body, new Date(), () => runtime.ports.ids.next()));
  const { id } = await runtime.waitForIncident(sourceId, 'asked', 30_000);
  const [approval] = await runtime.ports.approvals.ofIncident(id);
  return approval?.id ?? '';
};
describe('without a token', () => {
  it.each([
    ['GET', '/api/incidents'],
    ['GET', '/api/incidents/x'],
    ['GET', '/api/incidents/x/evidence/y'],
    ['GET', '/api/incidents/x/chart'],
    ['GET', '/api/incidents/x/evidence'],
    ['GET', '/api/incidents/x/export/md'],
    ['GET', '/api/incidents/x/postmortem'],
    ['GET', '/api/services/x'],
    ['GET', '/api/week'],
    ['GET', '/api/incidents/x/messages/y/chart'],
    ['GET', '/api/incidents/x/messages/y/files/1'],
    ['GET', '/api/talk'],
    ['GET', '/api/talk/messages/y/chart'],
    ['GET', '/api/events'],
    ['GET', '/api/audit'],
    ['GET', '/api/audit/export'],
    ['GET', '/api/feedback'],
    ['GET', '/api/preferences'],
    ['GET', '/api/controls'],
    ['GET', '/api/scenarios'],
    ['GET', '/api/people'],
    ['GET', '/api/me'],
    ['GET', '/api/nothing'],
    ['POST', '/api/approvals/x'],
    ['POST', '/api/said'],
    ['POST', '/api/controls/kill-switch'],
    ['POST', '/api/preferences/x/revoke'],
    ['POST', '/api/investigations'],
    ['POST', '/api/pages'],
    ['POST', '/api/people'],
    ['POST', '/api/people/ada/revoke'],
    ['POST', '/api/leave'],
  ])('nothing is told or done: %s %s', async (method, path) => {
    for (const headers of [
      {},
      { cookie: `watchkeeper_${new URL(runtime.url ?? '').port}=${'x'.repeat(43)}` },
      { authorization: `Bearer ${'x'.repeat(43)}` },
    ]) {
      const response = method === 'GET' ? await get(path, headers) : await post(path, { on: false, why: 'x' }, headers);
      expect(response.status).toBe(401);
      expect(JSON.parse(await response.text())).toEqual({ error: expect.stringContaining('Sign in first') });
    }
  });

  it('a person is told what to do, on each page', async () => {
    for (const path of ['/', '/console/index.html', '/console/audit.html']) {
      const page = await get(path);
      expect([page.status, await page.text()]).toEqual([
        401,
        expect.stringContaining('Open the link that <code>npm start</code> printed'),
      ]);
    }
  });

  it('webhooks are heard: their proof is a signature', async () => {
    expect((await post('/pagerduty', {})).status).toBe(400);
    expect((await post('/slack/events', {})).status).toBe(400);
  });
});

describe('a link', () => {
  it('signs in once: a cookie that no script reads and no other site sends, and an address without the token', async () => {
    const link = await linkFor(runtime, 'ben');
    const entered = await fetch(link, { redirect: 'manual' });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    const cookie = entered.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^watchkeeper_\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=2592000$/);
    expect(await jsonOf(get('/api/me', { cookie: cookie.split(';')[0] ?? '' }))).toMatchObject({ name: 'ben' });
    const again = await fetch(link, { redirect: 'manual' });
    expect([again.status, again.headers.get('set-cookie')]).toEqual([403, null]);
    expect(await again.text()).toContain('This link does not work any more');
  });

  it('opened at the same moment by many signs one of them in', async () => {
    const link = await linkFor(runtime, 'ben');
    const all = await Promise.all(Array.from({ length: 8 }, () => fetch(link, { redirect: 'manual' })));
    expect(all.map(({ status }) => status).sort()).toEqual([303, ...Array(7).fill(403)]);
  });

  it('that is pressed on another site works, though a browser would keep the cookie back from a redirect', async () => {
    const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const link = await linkFor(runtime, 'ben');
    const { statusCode, headers } = await new Promise<IncomingMessage>((resolve, reject) =>
      // fetch sets these headers itself.
      request(link, { headers: elsewhere }, (response) => resolve(response.resume()))
        .on('error', reject)
        .end(),
    );
    expect([statusCode, headers['set-cookie']]).toEqual([200, [expect.stringContaining('SameSite=Strict')]]);
  });

  it('is not used up by a page that embeds it, nor by a question for its head', async () => {
    const link = await linkFor(runtime, 'ben');
    const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await fetch(link, { headers: embedded })).status).toBe(403);
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(405);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
  });
});

describe('who acts', () => {
  it('is who is signed in, whatever the body says; two people are two tokens', async () => {
    const id = await question(0);
    const [ada, adaElsewhere, ben] = [
      await signedIn(runtime, 'ada'),
      await signedIn(runtime, 'ada'),
      await signedIn(runtime, 'ben'),
    ];
    const approve = (by: string, headers: Record<string, string>) =>
      jsonOf(post(`/api/approvals/${id}`, { verdict: 'approve', by }, headers));
    expect(await approve('cleo', ada)).toMatchObject({ kind: 'counted' });
    expect(await approve('dora', ada)).toMatchObject({
      kind: 'counted',
      text: expect.stringContaining('ada had approved it before'),
    });
    expect(await approve('ben', adaElsewhere)).toMatchObject({
      kind: 'counted',
      approval: { approvedBy: [{ by: 'ada' }] },
    });
    expect(await approve('ben', asProgram(runtime))).toMatchObject({
      kind: 'counted',
      approval: { approvedBy: [{ by: 'ada' }] },
    });
    expect(await approve('ada', ben)).toMatchObject({
      kind: 'decided',
      approval: { approvedBy: [{ by: 'ada' }, { by: 'ben' }] },
    });
  });

  it('decides only as the person who started it, or as whom that person named, where the configuration names nobody', async () => {
    const id = await question(1);
    const guest = await signedIn(runtime, 'guest', false);
    expect(await jsonOf(post(`/api/approvals/${id}`, { verdict: 'approve', by: 'ada' }, guest))).toMatchObject({
      kind: 'not-allowed',
      text: expect.stringContaining('npm run invite -- NAME --approver'),
    });
    const said = await jsonOf(
      post('/api/said', { text: 'approve', by: 'ada', incidentId: id.split('-rerun')[0] }, guest),
    );
    expect(said.message.headline).toContain('guest is not among the approvers');
    expect((await runtime.ports.approvals.get(id))?.state).toBe('pending');
    await post('/api/controls/kill-switch', { on: true, why: 'anybody may' }, guest);
    const off = await post('/api/controls/kill-switch', { on: false, why: 'x', by: 'ada' }, guest);
    expect([off.status, await off.json()]).toEqual([
      400,
      { error: expect.stringContaining('guest is not among the approvers') },
    ]);
    const ada = await signedIn(runtime, 'ada');
    expect(await jsonOf(post('/api/controls/kill-switch', { on: false, why: 'x' }, ada))).toMatchObject({ on: false });
  });

  it('decides where the configuration of a recorded world names them, and nobody in their place', async () => {
    const named = recordedWorld([new URL('../../scenarios/oom-after-deploy', import.meta.url).pathname], {
      approvers: ['U0ANA', 'U0BEN'],
    });
    const other = await startRuntime({ makeWorld: named, owner: { name: 'ada' } });
    expect((await other.ports.catalog.load()).approvers).toEqual(['U0ANA', 'U0BEN']);
    await other.close();
  });
  it('asks for an investigation as who is signed in', async () => {
    const { sourceId } = await jsonOf(
      post('/api/investigations', { title: 'checkout is slow', by: 'mallory' }, await signedIn(runtime, 'ben')),
    );
    await expect
      .poll(async () => (await runtime.ports.incidents.findBySource(sourceId))?.trigger.details)
      .toMatchObject({ requested_by: 'ben' });
  });

  it('is never another site, nor a form, nor a GET', async () => {
    const ada = await signedIn(runtime, 'ada');
    const body = { on: true, why: 'a forgery' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { origin: 'http://localhost.evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ])
      expect((await post('/api/controls/kill-switch', body, { ...ada, ...headers } as never)).status).toBe(403);
    expect((await get('/api/controls/kill-switch?on=true&why=x', ada)).status).toBe(404);
    expect(await jsonOf(get('/api/controls', ada))).toMatchObject({ on: false });
  });
});

describe('people', () => {
  it('are invited, listed and revoked by whoever started it, and by nobody else', async () => {
    const ben = await signedIn(runtime, 'ben');
    expect((await post('/api/people', { name: 'ben2' }, ben)).status).toBe(403);
    expect((await post('/api/people/ada/revoke', {}, ben)).status).toBe(403);
    expect((await get('/api/people', ben)).status).toBe(403);
    const ada = await signedIn(runtime, 'ada');
    expect((await jsonOf(get('/api/people', ada))).people).toContainEqual({
      name: 'ada',
      id: 'ada',
      isOwner: true,
      isApprover: true,
    });
    expect((await post('/api/people/ada/revoke', {}, ada)).status).toBe(400);
    expect((await post('/api/people/nobody/revoke', {}, ada)).status).toBe(404);
  });

  it('who are revoked are out at once, with every link, session and stream', async () => {
    const eve = await signedIn(runtime, 'eve');
    const link = await linkFor(runtime, 'eve');
    const stream = await get('/api/events', eve);
    const reader = stream.body?.getReader();
    await post('/api/people/EVE/revoke', {}, asProgram(runtime));
    const toTheEnd = async () => {
      for (;;) if ((await reader?.read())?.done !== false) return 'ended';
    };
    expect(await toTheEnd().catch(() => 'cut off')).toMatch(/ended|cut off/);
    expect((await get('/api/me', eve)).status).toBe(401);
    expect((await fetch(link)).status).toBe(403);
  });

  it('are known after a restart; the token of programs is another one', async () => {
    const ben = await signedIn(runtime, 'ben');
    const before = asProgram(runtime);
    await runtime.close();
    await start();
    // The port is another one here, and cookies are named for it.
    const cookie = (ben.cookie ?? '').replace(/^watchkeeper_\d+/, `watchkeeper_${new URL(runtime.url ?? '').port}`);
    expect(await jsonOf(get('/api/me', { cookie }))).toMatchObject({ name: 'ben', isOwner: false });
    expect((await get('/api/me', before)).status).toBe(401);
    const kept = await readFile(join(data, 'people.json'), 'utf8');
    expect(kept).not.toContain(cookie.split('=')[1]);
    for (const file of ['people.json', 'console-token', 'webhook-secret'])
      expect((await stat(join(data, file))).mode & 0o777).toBe(0o600);
  });

  it('are invited from the command line', async () => {
    const invite = async (...args: string[]) =>
      promisify(execFile)(process.execPath, ['local/invite.ts', ...args, '--data', data]).catch(
        (error: { stderr: string }) => error,
      );
    const invited = await invite('fay', '--approver', '--slack', 'U0FAY');
    const link = 'stdout' in invited ? (invited.stdout.split('\n')[0] ?? '') : '';
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303);
    expect(await invite('--list')).toMatchObject({
      stdout: expect.stringContaining('fay (U0FAY in Slack, approver where none is configured)'),
    });
    expect(await invite('--revoke', 'fay')).toMatchObject({ stdout: "fay's links and sessions work no more.\n" });
    expect(await invite('--revoke', 'fay')).toMatchObject({
      stderr: expect.stringContaining('Nobody called fay was invited.'),
    });
    expect(await invite()).toMatchObject({ stderr: expect.stringContaining('Name one person') });
  }, 120_000);

  it.each([
    ['nothing', { name: ' ' }],
    ['a group', { name: 'group:oncall' }],
    ['a line break', { name: 'a\nb' }],
    ['a user of Slack', { name: 'U0BEN' }],
    ['the program itself', { name: 'Watchkeeper' }],
    ['somebody in Slack by another form', { name: 'gus', slack: 'gus' }],
  ])('are not called %s', async (_, invited) => {
    const people = await openPeople(memoryDisk(), { name: 'ada' }, () => new Date());
    await expect(people.invite(invited)).rejects.toThrow(/\.$|is not|looks like/);
  });

  it('are one person each: a name in other letters is the same, and one user of Slack belongs to one', async () => {
    const people = await openPeople(memoryDisk(), { name: 'ada', slack: 'U0ADA' }, () => new Date());
    expect((await people.invite({ name: 'ADA' })).person).toMatchObject({ name: 'ada', id: 'U0ADA', isOwner: true });
    await people.invite({ name: 'ben', slack: 'U0BEN' });
    await expect(people.invite({ name: 'cleo', slack: 'U0BEN' })).rejects.toThrow('ben already has that name.');
    await expect(people.invite({ name: 'cleo', slack: 'U0ADA' })).rejects.toThrow('ada already has that name.');
  });

  it('have links for a day and sessions for thirty', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const people = await openPeople(memoryDisk(), { name: 'ada' }, () => now);
    const late = await people.invite({ name: 'ben' });
    const { linkToken } = await people.invite({ name: 'ben' });
    const session = (await people.enter(linkToken))?.session ?? '';
    now = new Date('2026-01-02T00:00:01Z');
    expect(await people.enter(late.linkToken)).toBeUndefined();
    expect(people.bySession(session)?.name).toBe('ben');
    now = new Date('2026-01-31T00:00:01Z');
    expect(people.bySession(session)).toBeUndefined();
  });
});
