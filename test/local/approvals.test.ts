// Approvals through the whole of the embedded runtime: what they are bound to, how many they take, what is said when nobody answers, and
// that the task token stays where it is.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import type { Approval } from '../../core/model/action.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { recordedWorld } from '../../local/compose.ts';
import { atPresent } from '../../local/paging.ts';
import { type Hooks, type Runtime, startRuntime } from '../../local/runtime/index.ts';
import type { World } from '../../local/world.ts';
import { asProgram } from '../signed-in.ts';

const scenarios = new URL('../../scenarios/', import.meta.url).pathname;
const opened: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  vi.restoreAllMocks();
});

async function started(
  scenario: string,
  {
    hooks,
    world,
    data,
    port,
  }: { hooks?: Hooks; world?: (given: World) => Partial<World>; data?: string; port?: number } = {},
): Promise<Runtime> {
  const make = recordedWorld([resolve(scenarios, scenario)]);
  const runtime = await startRuntime({
    data,
    port,
    hooks,
    makeWorld: async (ground) => {
      const given = await make(ground);
      return { ...given, ...world?.(given) };
    },
  });
  opened.push(() => runtime.close());
  return runtime;
}

async function asked(runtime: Runtime, nth = 1): Promise<Approval> {
  const { incidents, approvals } = runtime.ports;
  const page = async () => (await incidents.list(1))[0];
  await expect
    .poll(async () => (await approvals.ofIncident((await page())?.id ?? ''))[nth - 1]?.state, { timeout: 20_000 })
    .toBe('pending');
  const found = (await approvals.ofIncident((await page())?.id ?? ''))[nth - 1];
  if (!found) throw new Error('Nothing was asked.');
  return found;
}
/** And the minute that comes. */
const lastDay = () => ({
  since: new Date(Date.now() - 86_400_000).toISOString(),
  until: new Date(Date.now() + 60_000).toISOString(),
});
const send = (runtime: Runtime) => runtime.sendPage(atPresent(runtime.world.pages[0]?.body ?? '', new Date()));
const answer = (runtime: Runtime, approvalId: string, by: string, verdict: 'approve' | 'reject' = 'approve') =>
  answerApproval({ approvalId, verdict, by }, runtime.ports);
const story = async (runtime: Runtime, id: string) =>
  (await runtime.ports.incidents.timeline(id)).map(({ kind, text }) => `${kind}: ${text}`).join('\n');

describe('an approval is bound to the state that it was shown for', () => {
  it('and asked again, with what changed, when that is another by the time it would be done', async () => {
    let successes = 0;
    const runtime = await started('cronjob-nightly-invoices', {
      world: ({ targets }) => ({
        targets: {
          ...targets,
          async look(target, scope) {
            const looked = await targets.look(target, scope);
            if (looked.kind !== 'object') return looked;
            const status = { lastSuccessfulTime: `2026-11-18T02:0${successes}:00Z` };
            return { kind: 'object', object: { ...looked.object, status } };
          },
        },
      }),
    });
    const { sourceId } = await send(runtime);
    const first = await asked(runtime);
    successes = 1;
    await answer(runtime, first.id, 'ana');
    const second = await asked(runtime, 2);
    expect(second.id).not.toBe(first.id);
    expect(second.why).toContain('asks again, because the target changed');
    // The first answer is spent: it does not count for the second question.
    expect((await answer(runtime, first.id, 'ben')).kind).toBe('already');
    await answer(runtime, second.id, 'ana');
    const incident = await runtime.waitForIncident(sourceId, 'ended');
    const told = await story(runtime, incident.id);
    expect(told).toMatch(/action: Not done yet: .* last success was 2026-11-18T02:00:00Z and is 2026-11-18T02:01:00Z/);
    expect(told).toMatch(/action: Done: Rerun CronJob/);
  });
  it('and given up, for a person, when it never stands still', async () => {
    let looks = 0;
    const runtime = await started('cronjob-nightly-invoices', {
      world: ({ targets }) => ({
        targets: {
          ...targets,
          async look(target, scope) {
            const looked = await targets.look(target, scope);
            looks += 1;
            if (looked.kind !== 'object') return looked;
            return {
              kind: 'object',
              object: { ...looked.object, metadata: { ...looked.object.metadata, generation: looks } },
            };
          },
        },
      }),
    });
    const { sourceId } = await send(runtime);
    for (const nth of [1, 2, 3]) await answer(runtime, (await asked(runtime, nth)).id, 'ana');
    const incident = await runtime.waitForIncident(sourceId, 'ended');
    expect(await story(runtime, incident.id)).toMatch(/Refused: .*asked 3 times, and each time the target had changed/);
    expect(await runtime.ports.approvals.ofIncident(incident.id)).toHaveLength(3);
  });
});

describe('what is high stakes', () => {
  it('takes two people, whoever they are, and one of them counts once', async () => {
    const runtime = await started('oom-after-deploy');
    const { sourceId } = await send(runtime);
    const question = await asked(runtime);
    expect(question).toMatchObject({ approvers: 2, action: { id: 'rollback-rollout' } });
    expect(await answer(runtime, question.id, 'ana')).toMatchObject({
      kind: 'counted',
      text: 'Counted. 1 of 2 people approved it (ana).',
    });
    expect(await answer(runtime, question.id, 'ana')).toMatchObject({
      kind: 'counted',
      text: expect.stringContaining('ana had approved it before.'),
    });
    expect((await answer(runtime, question.id, 'ben')).kind).toBe('decided');
    const incident = await runtime.waitForIncident(sourceId, 'ended');
    expect(await story(runtime, incident.id)).toMatch(/action: Done: Roll Deployment/);
  });
});

describe('what made it worse', () => {
  /** The scenario as it is, and a world in which more replicas only made more load. */
  const worsening = () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-worse-'));
    opened.push(() => rmSync(folder, { recursive: true }));
    const scenario = join(folder, 'cpu-overload');
    cpSync(join(scenarios, 'cpu-overload'), scenario, { recursive: true });
    const after = join(scenario, 'after', 'scale-workload');
    mkdirSync(after, { recursive: true });
    const Line = z.looseObject({ signal: z.string(), points: z.array(z.tuple([z.number(), z.number()])) });
    const lines = readFileSync(join(scenario, 'signals.ndjson'), 'utf8').trim().split('\n');
    const more = lines.map((text) => {
      const line = Line.parse(JSON.parse(text));
      const [last = 0, value = 0] = line.points.at(-1) ?? [];
      const grown = value * (line.signal.startsWith('latency') && value > 500 ? 4 : 1);
      const later = Array.from({ length: 8 }, (_, n): [number, number] => [last + 120 * (n + 1), grown]);
      return JSON.stringify({ ...line, points: [...line.points, ...later] });
    });
    writeFileSync(join(after, 'signals.ndjson'), `${more.join('\n')}\n`);
    // The Deployment as it is then: what an action did not touch does not change the world.
    const cluster = readFileSync(join(scenario, 'kubernetes', 'store-1.json'), 'utf8');
    const items = z.object({
      items: z.array(
        z.looseObject({
          kind: z.string(),
          metadata: z.looseObject({ name: z.string() }),
          spec: z.unknown().optional(),
        }),
      ),
    });
    const scaled = items
      .parse(JSON.parse(cluster))
      .items.map((item) =>
        item.kind === 'Deployment' && item.metadata.name === 'search'
          ? { ...item, spec: { ...z.looseObject({}).parse(item.spec), replicas: 3 } }
          : item,
      );
    mkdirSync(join(after, 'kubernetes'));
    writeFileSync(join(after, 'kubernetes', 'store-1.json'), JSON.stringify({ kind: 'List', items: scaled }));
    return scenario;
  };
  const notes: string[] = [];
  const world = ({ catalog }: World) => ({
    catalog: {
      load: async () => {
        const loaded = await catalog.load();
        return {
          ...loaded,
          clusters: [...loaded.clusters, { name: 'store-1', environment: 'production', aliases: [], sources: {} }],
        };
      },
    },
    pager: {
      alerts: async () => ({ kind: 'data' as const, alerts: [] }),
      mark: async () => ({ kind: 'written' }) as const,
      statusUpdate: async () => ({ kind: 'written' }) as const,
      note: async (_: string, text: string) => {
        notes.push(text);
        return { kind: 'written' as const };
      },
    },
  });
  it('is told on the page, and taken back when people say so', async () => {
    const runtime = await started(worsening(), { world });
    const { sourceId } = await send(runtime);
    const first = await asked(runtime);
    expect(first).toMatchObject({ approvers: 2, action: { id: 'scale-workload', target: { name: 'search' } } });
    for (const by of ['ana', 'ben']) await answer(runtime, first.id, by);
    const second = await asked(runtime, 2);
    expect(second).toMatchObject({ once: true, approvers: 2, action: { parameters: { undo: true } } });
    expect(second.action.title).toMatch(/^Scale Deployment store\/search in store-1 back from \d to \d replicas$/);
    expect(second.why).toMatch(/It got worse after "Scale/);
    expect(notes).toContainEqual(expect.stringMatching(/^Made worse, a person is needed: It got worse/));
    for (const by of ['ana', 'ben']) await answer(runtime, second.id, by);
    const incident = await runtime.waitForIncident(sourceId, 'ended');
    const told = await story(runtime, incident.id);
    expect(told).toMatch(/action: Done: Scale .* back/);
    expect(await runtime.ports.preferences.list()).toEqual([]);
  });
  it('stays where nobody wants it back, and that is said', async () => {
    const runtime = await started(worsening(), { world });
    const { sourceId } = await send(runtime);
    const first = await asked(runtime);
    for (const by of ['ana', 'ben']) await answer(runtime, first.id, by);
    await answer(runtime, (await asked(runtime, 2)).id, 'ana', 'reject');
    const incident = await runtime.waitForIncident(sourceId, 'ended');
    const told = await story(runtime, incident.id);
    expect(told).toMatch(/learned: ana rejected the action; Watchkeeper rolled nothing back\./);
    expect(told.match(/^action: Done/gm)).toHaveLength(1);
  });
});

describe('a question that nobody answers', () => {
  it('is said again to whom it was configured for and on the page, then expires, and that is said', async () => {
    const notes: string[] = [];
    const decisions = z.looseObject({ decision: z.looseObject({}) });
    const runtime = await started('cronjob-nightly-invoices', {
      hooks: {
        invoke: async (name, payload, call) => {
          const made = await call(name, payload);
          if (name !== 'decide') return made;
          const decided = decisions.parse(made);
          const soon = { expiresInSeconds: 2, remindInSeconds: 1, lastSeconds: 1 };
          return { ...decided, decision: { ...decided.decision, ...soon } };
        },
      },
      world: ({ catalog }) => ({
        catalog: {
          load: async () => {
            const loaded = await catalog.load();
            return {
              ...loaded,
              groups: { oncall: ['U1', 'U2'] },
              approval: { ...loaded.approval, escalateTo: ['group:oncall', 'U3'] },
            };
          },
        },
        pager: {
          alerts: async () => ({ kind: 'data', alerts: [] }),
          mark: async () => ({ kind: 'written' }) as const,
          statusUpdate: async () => ({ kind: 'written' }) as const,
          note: async (_, text) => {
            notes.push(text);
            return { kind: 'written' };
          },
        },
      }),
    });
    const messages: { key: string; mention?: string[] | undefined; headline: string; lines: string[] }[] = [];
    runtime.feed.watch((event) => {
      if (event.kind === 'message') messages.push(event.message);
    });
    const { sourceId } = await send(runtime);
    const question = await asked(runtime);
    await runtime.waitForIncident(sourceId, 'ended');
    const reminders = messages.filter(({ key }) => key === `reminder-${question.id}`);
    expect(reminders).toHaveLength(1);
    expect(reminders[0]).toMatchObject({
      mention: ['U1', 'U2', 'U3'],
      headline: expect.stringMatching(/^Still waiting/),
    });
    expect(messages.findLast(({ key }) => key === `question-${question.id}`)?.lines).toContain(
      'Nobody answered in time; Watchkeeper took no action.',
    );
    expect(notes.join('\n')).toMatch(
      /Nobody has answered yet[\s\S]*Nobody answered in time; Watchkeeper took no action\./,
    );
  });
});

describe('the task token', () => {
  it('is in the table and nowhere else: no log line, message, event, answer or file has it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'watchkeeper-token-'));
    opened.push(() => rmSync(data, { recursive: true, force: true }));
    const tokens = new Set<string>();
    const out: string[] = [];
    // Log lines as on AWS: all of them.
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG');
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => {
        out.push(String(chunk));
        return true;
      });
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void out.push(args.map(String).join(' ')));
    const runtime = await started('cronjob-nightly-invoices', {
      data,
      port: 0,
      hooks: {
        invoke: (name, payload, call) => {
          const { taskToken } = z.looseObject({ taskToken: z.string().optional() }).catch({}).parse(payload);
          if (name === 'await-approval' && taskToken) tokens.add(taskToken);
          return call(name, payload);
        },
      },
    });
    runtime.feed.watch((event) => out.push(JSON.stringify(event)));
    const { sourceId } = await send(runtime);
    const question = await asked(runtime);
    const read = async (path: string, init?: { method: string; headers: Record<string, string>; body: string }) => {
      const headers = { ...asProgram(runtime), ...init?.headers };
      out.push(await (await fetch(`${runtime.url}${path}`, { ...init, headers })).text());
    };
    await read('/api/incidents');
    await read(`/api/incidents/${question.incidentId}`);
    await read('/api/audit');
    await read(`/api/approvals/${question.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ verdict: 'approve', by: 'ana' }),
    });
    await runtime.waitForIncident(sourceId, 'ended');
    await read(`/api/incidents/${question.incidentId}`);
    await read('/api/audit/export?format=csv');
    const files = readdirSync(data, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).startsWith(join(data, 'tables')))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    const everything = [...out, ...files].join('\n');
    expect(tokens.size).toBe(1);
    expect(everything.length).toBeGreaterThan(50_000);
    for (const token of tokens) expect(everything.includes(token)).toBe(false);
  });
});

describe('what was taught', () => {
  it('is suspended when the rerun fails, says so, and asks the next time', async () => {
    let works = true;
    const runtime = await started('cronjob-nightly-invoices', {
      world: ({ executor }) => ({
        executor: {
          ...executor,
          // The Job is made and fails as the one before.
          execute: async (action) => (works ? executor.execute(action) : { kind: 'done', detail: 'A Job was made.' }),
        },
      }),
    });
    const { sourceId } = await send(runtime);
    const question = await asked(runtime);
    await answerApproval({ approvalId: question.id, verdict: 'approve-and-remember', by: 'ana' }, runtime.ports);
    await runtime.waitForIncident(sourceId, 'ended');
    works = false;
    const second = await runtime.pages.send('cronjob-nightly-invoices', { vary: true });
    const failed = await runtime.waitForIncident(second.sourceId, 'ended');
    expect(await story(runtime, failed.id)).toMatch(
      /Act without asking[\s\S]*Not recovered after[\s\S]*The permission for this error is suspended; next time, Watchkeeper asks a person again/,
    );
    expect(await runtime.ports.preferences.list()).toMatchObject([{ state: 'suspended', uses: 1 }]);
    const third = await runtime.pages.send('cronjob-nightly-invoices', { vary: true });
    const waiting = await runtime.waitForIncident(third.sourceId, 'asked');
    expect(waiting.status).toBe('awaiting-approval');
    expect(await story(runtime, waiting.id)).toMatch(
      /taught by ana on .*, but: it is suspended\. It did not help in incident/,
    );
    const audit = await runtime.ports.audit.list(lastDay());
    expect(audit.filter(({ kind }) => kind === 'preference').map(({ outcome }) => outcome)).toEqual([
      'taught',
      'suspended',
    ]);
  });
});
