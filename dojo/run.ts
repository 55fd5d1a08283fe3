// Runs one scenario through the whole pipeline: it starts the embedded runtime, sends a page and returns the answer. Nobody approves anything, so
// the only actions are those that the policies allow without approval.

import { Impossible } from '../core/errors.ts';
import { type Diagnosis, wholeText } from '../core/model/diagnosis.ts';
import type { TimelineEvent } from '../core/model/timeline.ts';
import { Investigated } from '../core/model/workflow.ts';
import type { Ports } from '../core/ports/index.ts';
import { recordedWorld } from '../local/compose.ts';
import { startRuntime } from '../local/runtime/index.ts';
import type { MakeWorld } from '../local/world.ts';
import { withoutCauses } from './blind.ts';
import { supportsOf } from './families/capture.ts';
import type { Prediction, RunResult } from './prediction.ts';
import { labelOf, type Vocabulary } from './vocabulary.ts';

const patienceMs = 60_000;

export async function runScenario(
  id: string,
  dir: string,
  vocabulary: Vocabulary | undefined,
  world: (dirs: readonly string[]) => MakeWorld = recordedWorld,
  /** Cause codes; if given, the incident is diagnosed again without them. */
  withhold?: readonly string[],
  /** The analysis names no cause and no ranking, so that agents have to find it. */
  isBlind = false,
): Promise<RunResult> {
  let merged: unknown;
  const troubles: string[] = [];
  const runtime = await startRuntime({
    makeWorld: world([dir]),
    onTrouble: (sentence) => troubles.push(sentence),
    hooks: {
      invoke: (name, payload, invoke) => {
        if (name === 'synthesize') merged = payload;
        return invoke(name, name === 'synthesize' && isBlind ? withoutCauses(Investigated.parse(payload)) : payload);
      },
    },
  });
  try {
    await runtime.resume();
    const page = runtime.world.pages[0];
    if (!page) return { kind: 'error', id, reason: 'The scenario has no page.' };
    const startedAt = performance.now();
    const { sourceId } = await runtime.sendPage(page.body);
    const { id: incidentId } = await runtime.waitForIncident(sourceId, 'diagnosed', patienceMs);
    const wallMs = Math.round(performance.now() - startedAt);
    const incident = await runtime.waitForIncident(sourceId, 'asked', patienceMs);
    const diagnosis = await runtime.ports.incidents.diagnosis(incidentId);
    if (!diagnosis || incident.status === 'failed') {
      const failure = (await runtime.ports.incidents.timeline(incidentId)).find(({ kind }) => kind === 'failure');
      return { kind: 'error', id, reason: failure?.text ?? troubles[0] ?? 'The incident ended without a diagnosis.' };
    }
    const [approval] = await runtime.ports.approvals.ofIncident(incidentId);
    const timeline = await runtime.ports.incidents.timeline(incidentId);
    const action = approval?.action ?? timeline.flatMap(({ event }) => actionIn(event)).at(-1);
    const done = timeline.some(({ kind }) => kind === 'action');
    if (done && !approval) throw new Impossible('Something was done without a question or a preference.');
    return {
      kind: 'answered',
      prediction: predictionOf(
        id,
        diagnosis,
        vocabulary,
        wallMs,
        approval?.action.id,
        await excerptsOf(runtime.ports, diagnosis, incidentId),
      ),
      ...(withhold && { supports: await supportsOf(merged, withhold, runtime.ports) }),
      ...(action && { acted: { action: action.id, target: action.target, done } }),
    };
  } finally {
    await runtime.close();
  }
}

const actionIn = (event: TimelineEvent) => (event.type === 'DecisionMade' ? (event.action ?? []) : []);

async function excerptsOf(
  { evidence }: Pick<Ports, 'evidence'>,
  { hypotheses }: Diagnosis,
  incidentId: string,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(hypotheses.flatMap(({ evidenceIds }) => evidenceIds))];
  const found = await Promise.all(ids.map((id) => evidence.get(incidentId, id)));
  return new Map(found.flatMap((one) => (one ? [[one.id, one.excerpt] as const] : [])));
}

function predictionOf(
  id: string,
  diagnosis: Diagnosis,
  vocabulary: Vocabulary | undefined,
  wallMs: number,
  remediation: string | undefined,
  excerpts: ReadonlyMap<string, string>,
): Prediction {
  return {
    id,
    text: wholeText(diagnosis),
    hypotheses: diagnosis.hypotheses.map((hypothesis) => {
      const label = vocabulary && labelOf(hypothesis, vocabulary);
      return {
        rank: hypothesis.rank,
        entity: hypothesis.entity,
        cause: hypothesis.cause,
        ...(label && { label }),
        ...(hypothesis.changeId && { change: hypothesis.changeId }),
        ...(hypothesis.proposal && { proposedBy: hypothesis.proposal.by }),
        confidence: hypothesis.confidence,
        summary: hypothesis.summary,
        why: hypothesis.why,
        evidence: hypothesis.evidenceIds,
        excerpts: hypothesis.evidenceIds.map((one) => excerpts.get(one) ?? ''),
      };
    }),
    ...(diagnosis.firstFailing && { firstFailing: diagnosis.firstFailing }),
    blastRadius: diagnosis.blastRadius,
    ...(remediation && { remediation }),
    gaps: diagnosis.gaps,
    wallMs,
    usage: diagnosis.usage,
  };
}
