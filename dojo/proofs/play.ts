// Plays one scenario through the whole pipeline with a scripted reasoner, optionally with the true cause hidden from the analysis.
import type { CauseCode } from '../../core/causes/causes.ts';
import { Impossible } from '../../core/errors.ts';
import type { Diagnosis } from '../../core/model/diagnosis.ts';
import type { Brief } from '../../core/model/report.ts';
import { Investigated } from '../../core/model/workflow.ts';
import type { Reasoner } from '../../core/ports/channels.ts';
import type { Ports } from '../../core/ports/index.ts';
import { recordedWorld } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';

const patienceMs = 60_000;

export interface Played {
  readonly diagnosis: Diagnosis;
  /** An action was done without a person. */
  readonly acted: boolean;
  /** The briefs of the last synthesis, and the ports, as long as `during` runs. */
}

export interface PlayOptions {
  readonly reasoner?: ((ports: Ports) => Reasoner) | undefined;
  /** Findings with one of these causes become symptoms, as if no rule knew the cause. */
  readonly hide?: readonly CauseCode[] | undefined;
  /** Runs after the diagnosis, with the world still there. */
  readonly afterwards?: (seen: {
    readonly plan: readonly Brief[];
    readonly ports: Ports;
    readonly diagnosis: Diagnosis;
  }) => Promise<void>;
}

/** @throws Impossible if the incident ends without a diagnosis */
export async function play(dir: string, { reasoner, hide = [], afterwards }: PlayOptions): Promise<Played> {
  const make = recordedWorld([dir]);
  const late: { ports?: Ports } = {};
  let plan: readonly Brief[] = [];
  const runtime = await startRuntime({
    makeWorld: async (ground) => ({
      ...(await make(ground)),
      ...(reasoner && {
        reasoner: { reason: (request) => reasoner(portsOf(late)).reason(request) } satisfies Reasoner,
      }),
    }),
    hooks: {
      invoke: (name, payload, invoke) => {
        if (name !== 'synthesize') return invoke(name, payload);
        const input = Investigated.parse(payload);
        plan = input.plan;
        return invoke(
          name,
          hide.length === 0
            ? payload
            : {
                ...input,
                reports: input.reports.map(hidden(hide)),
                priorReports: input.priorReports.map(hidden(hide)),
              },
        );
      },
    },
  });
  late.ports = runtime.ports;
  try {
    await runtime.resume();
    const page = runtime.world.pages[0];
    if (page === undefined) throw new Impossible(`${dir} has no page.`);
    const { sourceId } = await runtime.sendPage(page.body);
    const incident = await runtime.waitForIncident(sourceId, 'asked', patienceMs);
    const diagnosis = await runtime.ports.incidents.diagnosis(incident.id);
    if (diagnosis === undefined) throw new Impossible(`${dir} ended without a diagnosis.`);
    const timeline = await runtime.ports.incidents.timeline(incident.id);
    await afterwards?.({ plan, ports: runtime.ports, diagnosis });
    return { diagnosis, acted: timeline.some(({ kind }) => kind === 'action') };
  } finally {
    await runtime.close();
  }
}

function portsOf({ ports }: { readonly ports?: Ports }): Ports {
  if (ports === undefined) throw new Impossible('A model was asked before the runtime was ready.');
  return ports;
}

type Report = Investigated['reports'][number];
const hidden =
  (causes: readonly CauseCode[]) =>
  (report: Report): Report => ({
    ...report,
    findings: report.findings.map((finding) => {
      if (finding.cause === undefined || !causes.includes(finding.cause)) return finding;
      const { cause: _, ...rest } = finding;
      return { ...rest, role: 'symptom' };
    }),
  });
