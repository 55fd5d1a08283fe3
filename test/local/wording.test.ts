import { afterEach, expect, test, vi } from 'vitest';
import { replyTo } from '../../core/conversation/reply.ts';
import { statusWords } from '../../core/conversation/words.ts';
import { feedbackOf } from '../../core/learning/feedback.ts';
import type { TimelineEntry } from '../../core/model/timeline.ts';
import { progressOf } from '../../core/reporting/progress.ts';
import { statusViewOf } from '../../core/reporting/status-view.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

// Wording can change freely: an incident runs twice through the whole runtime, once with nonsense for every text of its timeline, and all facts are the same.

const scramble = (text: string) => `Zq ${[...text.replaceAll(/[^a-z]/gi, '')].reverse().join('').slice(0, 60)}`;

/** From here on, every text that is kept is nonsense. */
function scrambleRecord({ incidents }: Runtime['ports']): void {
  const append = incidents.append.bind(incidents);
  incidents.append = (entry) => append({ ...entry, text: scramble(entry.text) });
}

let runtime: Runtime | undefined;
afterEach(() => runtime?.close());

/** Approved, done, verified, corrected, and the page resolved by a person. */
async function tell(scrambled: boolean) {
  runtime = await startRuntime({
    makeWorld: recordedWorld([new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname]),
  });
  const { ports, world, sendPage, waitForIncident } = runtime;
  if (scrambled) scrambleRecord(ports);
  const page = JSON.parse(world.pages[0]?.body ?? '{}');
  const { sourceId } = await sendPage(JSON.stringify(page));
  const { id } = await waitForIncident(sourceId, 'asked');
  await replyTo({ incidentId: id, text: 'approve', by: 'ada' }, ports);
  await waitForIncident(sourceId, 'ended');
  await replyTo({ incidentId: id, text: 'no, it was ledger-api: a network policy', by: 'ben' }, ports);
  const resolved = { id: 'E-RESOLVED', event_type: 'incident.resolved', agent: { summary: 'Grace Hopper' } };
  await sendPage(JSON.stringify({ event: { ...page.event, ...resolved } }));
  await vi.waitFor(async () => expect((await ports.incidents.get(id))?.pageStatus).toBe('resolved'), 10_000);
  const draft = await vi.waitFor(async () => {
    const scope = { incidentId: id };
    const found = await ports.telemetry.knowledge.search({ scope, text: 'Grace Hopper', type: 'postmortem', limit: 3 });
    expect(JSON.stringify(found)).toContain('Grace Hopper');
    return JSON.stringify(found);
  }, 10_000);
  return facts(id, draft, runtime);
}

async function facts(id: string, draft: string, { ports }: Runtime) {
  const [incident, diagnosis, timeline, approvals] = await Promise.all([
    ports.incidents.get(id),
    ports.incidents.diagnosis(id),
    ports.incidents.timeline(id),
    ports.approvals.ofIncident(id),
  ]);
  if (incident === undefined) throw new Error('The incident is gone.');
  const { headline, tone, facts: named, lines, choices } = progressOf(incident, timeline, diagnosis);
  const status = statusWords(incident, diagnosis, timeline, []);
  const audit = await ports.audit.list({ since: '2020-01-01T00:00:00.000Z', until: '2021-01-01T00:00:00.000Z' });
  return {
    texts: timeline.map(({ text }) => text),
    facts: withoutChance({
      incident: { status: incident.status, outcome: incident.outcome, verified: incident.verified },
      page: incident.pageStatus,
      // Specialists report in any order.
      timeline: timeline.map(factsOf).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      feedback: feedbackOf({ incident, diagnosis, timeline }).map(({ by, verdict, diagnosed, meant }) => ({
        by,
        verdict,
        diagnosed,
        meant,
      })),
      approvals: approvals.map(({ state, question, approvedBy }) => ({
        state,
        question,
        by: approvedBy.map((a) => a.by),
      })),
      view: statusViewOf(incident),
      progress: { headline, tone, named, lines: lines.length, choices },
      status: { text: status.text, lines: status.lines.length },
      audit: audit.map(({ kind, outcome, actor }) => [kind, outcome, actor]),
      draft: [
        'Ben says',
        'ben says',
        'recovery was verified',
        'not resolved',
        'the page was resolved by Grace Hopper',
      ].filter((fact) => draft.includes(fact)),
    }),
  };
}

/** What is not for showing: without times, ids and durations. */
const factsOf = ({ step, kind, actor, tone, event, evidenceIds }: TimelineEntry) => ({
  step,
  kind,
  actor,
  tone,
  event,
  evidence: evidenceIds.length,
});

/** Ids and instants are others in every run. */
const withoutChance = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'TIME')
      .replaceAll(/\b\d{2}:\d{2}(?::\d{2})? UTC/g, 'TIME')
      .replaceAll(/inc-[0-9A-Za-z-]{8,}/g, 'INCIDENT')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'),
  );

test('the words that people read of events can change, and no fact does', async () => {
  const plain = await tell(false);
  await runtime?.close();
  const scrambled = await tell(true);
  expect(plain.facts).toMatchObject({
    feedback: [{ by: 'ben', verdict: 'wrong', meant: { cause: 'network-policy' } }],
  });
  expect(scrambled.texts.filter((text) => !text.startsWith('Zq'))).toEqual([]);
  expect(scrambled.facts).toEqual(plain.facts);
}, 60_000);
