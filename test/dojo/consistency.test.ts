// What one page of the console says is compared with itself, over every recorded scenario: state, diagnosis, timeline, question and chain.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { causes } from '../../core/causes/causes.ts';
import { incidentView } from '../../core/console/incident-view.ts';
import { statusViewOf } from '../../core/reporting/status-view.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

const folder = new URL('../../scenarios/', import.meta.url).pathname;
const ids = readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
async function shown(id: string) {
  const runtime = await startRuntime({ makeWorld: recordedWorld([`${folder}${id}`]) });
  try {
    await runtime.resume();
    return await readOf(runtime);
  } finally {
    await runtime.close();
  }
}

async function readOf(runtime: Runtime) {
  const [page] = runtime.world.pages;
  if (page === undefined) throw new Error('The scenario has no page.');
  const { sourceId } = await runtime.sendPage(page.body);
  const incident = await runtime.waitForIncident(sourceId, 'asked', 60_000);
  const { incidents, approvals } = runtime.ports;
  const [timeline, diagnosis, asked] = await Promise.all([
    incidents.timeline(incident.id),
    incidents.diagnosis(incident.id),
    approvals.ofIncident(incident.id),
  ]);
  const record = { incident, timeline, diagnosis, approvals: asked, messages: [], members: [] };
  return { ...record, view: incidentView(record) };
}

test.each(ids)('%s: no part contradicts another', { timeout: 120_000 }, async (id) => {
  const { incident, timeline, diagnosis, approvals, view } = await shown(id);
  const events = timeline.map(({ event }) => event);
  const decision = events.findLast((event) => event.type === 'DecisionMade');
  const made = events.findLast((event) => event.type === 'DiagnosisMade');
  const pending = approvals.filter(({ state }) => state === 'pending');
  const [first] = diagnosis?.hypotheses ?? [];

  // The state, the request and the question.
  expect(incident.status === 'awaiting-approval').toBe(pending.length > 0);
  expect(view.glance.request.approvalId).toBe(pending[0]?.id);
  expect(view.incident.standing).toEqual(statusViewOf(incident));
  expect(view.incident.standing.tone === 'good').toBe(incident.outcome === 'recovered');
  for (const { action } of pending) {
    expect(decision).toMatchObject({ decision: 'ask', action: { id: action.id, target: action.target } });
    expect(diagnosis?.next).toContain(action.target.name);
  }
  if (pending.length === 0) expect(diagnosis?.next ?? '').not.toMatch(/once a person approves|once two people approve/);

  // The diagnosis, the timeline and what broke.
  expect(made?.text).toBe(diagnosis?.text);
  expect(made?.hypotheses[0]).toMatchObject({ entity: first?.entity, cause: first?.cause });
  const isKnown = first !== undefined && first.cause !== 'unknown';
  expect(view.glance.broke.entity !== undefined).toBe(isKnown);
  if (!isKnown) return;
  expect(view.glance.broke.text).toBe(causes[first.cause].title);
  expect(diagnosis?.text.split('. ')[0]).toContain(first.entity.name);
  if (view.glance.since.basis === 'onset') expect(view.glance.since.at).toBe(first.onset);

  // The chain and the hypothesis.
  const chain = new Map(view.diagnosis?.chain.map((step) => [step.kind, step]));
  expect([...chain.keys()].slice(0, 1)).toEqual(['symptom']);
  expect(chain.get('cause')?.evidenceIds.length).toBeGreaterThan(0);
  expect((chain.get('change')?.text ?? 'No change explains it').startsWith('No change explains it')).toBe(
    first.changeId === undefined,
  );
  const cited = new Set(timeline.flatMap(({ evidenceIds }) => evidenceIds));
  for (const { evidenceIds } of chain.values()) for (const one of evidenceIds) expect(cited).toContain(one);
});
