import { expect, test } from 'vitest';
import { answerApproval } from '../../core/remediation/answer.ts';
import { recordedWorld } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';

// What runs outside of clusters, the whole way: found by the name that the page gives, asked, done once, verified at the same place.

test.each<[string, string, RegExp, RegExp]>([
  [
    'execution-statement-export',
    'QEXEC1',
    /^Redrive execution 2026-11-19-eu of state machine/,
    /^Recovered .* succeeded at/s,
  ],
  [
    'cdn-cached-error-artist',
    'QCDN1',
    /^Purge surrogate key artist-4711 of www\.example\.com/,
    /^Recovered .* with 200/s,
  ],
])('%s', async (scenario, sourceId, question, verified) => {
  const folder = new URL(`../../scenarios/${scenario}`, import.meta.url).pathname;
  const runtime = await startRuntime({ makeWorld: recordedWorld([folder]) });
  try {
    await runtime.pages.send(scenario, { vary: false });
    const { id } = await runtime.waitForIncident(sourceId, 'asked');
    const [asked, ...others] = await runtime.ports.approvals.ofIncident(id);
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ state: 'pending', action: { title: expect.stringMatching(question) } });
    await answerApproval({ approvalId: asked?.id ?? '', verdict: 'approve', by: 'ada' }, runtime.ports);
    await runtime.waitForIncident(sourceId, 'ended');
    const told = await runtime.ports.incidents.timeline(id);
    const of = (wanted: string) => told.filter(({ kind }) => kind === wanted).map(({ text }) => text);
    expect(of('action')).toEqual([expect.stringMatching(/^Done: /)]);
    expect(of('verification')).toEqual([expect.stringMatching(verified)]);
  } finally {
    await runtime.close();
  }
});
