// "Show me why": from the symptom over the calls to the cause and the change, each step with its evidence and its chart.
import type { EvidenceView } from '../../core/console/evidence-view.ts';
import type { ChainStepView, DiagnosisView } from '../../core/console/incident-view.ts';
import { readableTimes } from '../../core/wording.ts';
import { incidentPath } from './api.ts';
import { EvidenceList } from './evidence.tsx';
import { useLive } from './live.ts';
import { ChartFigure, Opened, Time } from './parts.tsx';

interface ChainProps {
  readonly incidentId: string;
  readonly diagnosis: Pick<DiagnosisView, 'chain' | 'raises'>;
}

export const Chain = ({ incidentId, diagnosis: { chain, raises } }: ChainProps) =>
  chain.length === 0 && raises.length === 0 ? null : (
    <Opened
      class="chain"
      summary={
        <>
          <strong>Show me why</strong>{' '}
          <span class="meta">{chain.map(({ title }) => title.toLowerCase()).join(' → ')}</span>
        </>
      }
    >
      {() => (
        <>
          <ol>
            {chain.map((step) => (
              <Step key={step.kind} incidentId={incidentId} step={step} />
            ))}
          </ol>
          {raises.length === 0 ? undefined : (
            <>
              <h4>This would raise the confidence</h4>
              <ul>
                {raises.map((raise) => (
                  <li key={raise}>{readableTimes(raise)}</li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </Opened>
  );

const Step = ({ incidentId, step }: { readonly incidentId: string; readonly step: ChainStepView }) => (
  <li class="chain-step" data-kind={step.kind}>
    <h4>
      {step.title}
      {step.at === undefined ? undefined : (
        <span class="meta">
          {' '}
          <Time at={step.at} />
        </span>
      )}
    </h4>
    <p>{readableTimes(step.text)}</p>
    {step.path === undefined ? undefined : (
      <p class="chain-path">
        {step.path.map((name, index) => (
          <span key={name}>
            {index === 0 ? '' : ' → '}
            <code>{name}</code>
          </span>
        ))}
      </p>
    )}
    <StepChart incidentId={incidentId} ids={step.evidenceIds} />
    {step.evidenceIds.length === 0 ? (
      <p class="meta">No evidence of its own.</p>
    ) : (
      <EvidenceList incidentId={incidentId} ids={step.evidenceIds} />
    )}
  </li>
);

/** The first of the step's evidence that is a metric. */
const StepChart = ({
  incidentId,
  ids: [id, ...others],
}: {
  readonly incidentId: string;
  readonly ids: readonly string[];
}) => (id === undefined ? null : <ChartOr key={id} incidentId={incidentId} id={id} others={others} />);

function ChartOr({
  incidentId,
  id,
  others,
}: {
  readonly incidentId: string;
  readonly id: string;
  readonly others: readonly string[];
}) {
  const found = useLive<EvidenceView>(`${incidentPath(incidentId)}/evidence/${encodeURIComponent(id)}`, []);
  if (found === undefined) return null;
  return found.chart === undefined ? (
    <StepChart incidentId={incidentId} ids={others} />
  ) : (
    <ChartFigure chart={found.chart} />
  );
}
