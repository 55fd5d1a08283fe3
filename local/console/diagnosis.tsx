// The diagnosis: its sentences, the metric that moved, the hypotheses with their reasons and evidence, and what is not known.

import { useContext } from 'preact/hooks';
import type { EvidenceChart } from '../../core/charts/evidence.ts';
import type { DiagnosisView, IncidentView } from '../../core/console/incident-view.ts';
import type { Hypothesis as HypothesisRecord } from '../../core/model/diagnosis.ts';
import { entityText, readableTimes } from '../../core/wording.ts';
import { incidentPath } from './api.ts';
import { Chain } from './chain.tsx';
import { Cited, EvidenceList, Evidences, Query } from './evidence.tsx';
import { Confidence } from './glance.tsx';
import { useLive } from './live.ts';
import { ChartFigure } from './parts.tsx';

export function Diagnosis({ diagnosis, view }: { readonly diagnosis: DiagnosisView; readonly view: IncidentView }) {
  const { id } = view.incident;
  const { text, next, hypotheses, symptoms, gaps, droppedClaims, models } = diagnosis;
  const [first, ...others] = hypotheses;
  return (
    <section class="diagnosis" aria-labelledby="diagnosis-title">
      <h3 id="diagnosis-title">Diagnosis</h3>
      <p class="lead">
        <Cited text={readableTimes(text)} incidentId={id} ids={first?.evidenceIds ?? []} /> {next}
      </p>
      <Chain incidentId={id} diagnosis={diagnosis} />
      <MovedMetric incidentId={id} />
      <ol class="hypotheses">
        {first === undefined ? undefined : (
          <li class="hypothesis">
            <HypothesisHead hypothesis={first} />
            <HypothesisBody incidentId={id} hypothesis={first} />
          </li>
        )}
        {others.map((hypothesis) => (
          <li key={hypothesis.rank} class="hypothesis">
            <details>
              <summary>
                <HypothesisHead hypothesis={hypothesis} />
              </summary>
              <HypothesisBody incidentId={id} hypothesis={hypothesis} />
            </details>
          </li>
        ))}
      </ol>
      <Listing title={first?.cause === 'unknown' ? 'Observed' : 'Explained by the first'} items={symptoms} />
      <Listing title="Not known" items={gaps.map(({ source, reason }) => `${source}: ${reason}`)} />
      {droppedClaims === 0 ? undefined : (
        <p class="meta">{droppedClaims} claims were dropped because no evidence holds them.</p>
      )}
      <p class="meta">{models}</p>
    </section>
  );
}

const Listing = ({ title, items }: { readonly title: string; readonly items: readonly string[] }) =>
  items.length === 0 ? null : (
    <div>
      <h4>{title}</h4>
      <ul>
        {items.map((item) => (
          <li key={item}>{readableTimes(item)}</li>
        ))}
      </ul>
    </div>
  );

function MovedMetric({ incidentId }: { readonly incidentId: string }) {
  const found = useLive<{ chart?: EvidenceChart; evidenceId?: string }>(`${incidentPath(incidentId)}/chart`, [
    'incident',
  ]);
  const source = useContext(Evidences)?.evidence.find(({ id }) => id === found?.evidenceId);
  return (
    <div class="figure">
      {found?.chart === undefined ? undefined : <ChartFigure chart={found.chart} />}
      {found?.chart === undefined || source === undefined ? undefined : <Query {...source} />}
    </div>
  );
}

const HypothesisHead = ({ hypothesis: { entity, cause, confidence } }: { readonly hypothesis: HypothesisRecord }) => (
  <span class="hypothesis-head">
    <strong>{entityText(entity)}</strong> <code>{cause}</code> <Confidence value={confidence} />
  </span>
);

function HypothesisBody({
  incidentId,
  hypothesis: { summary, changeId, why, against, evidenceIds },
}: {
  readonly incidentId: string;
  readonly hypothesis: HypothesisRecord;
}) {
  return (
    <>
      <p>{readableTimes(summary)}</p>
      {changeId === undefined ? undefined : <p class="meta">Change: {changeId}</p>}
      <ul class="reasons">
        {why.map((reason) => (
          <li key={reason} class="for">
            {readableTimes(reason)}
          </li>
        ))}
        {against.map((reason) => (
          <li key={reason} class="against">
            {readableTimes(reason)}
          </li>
        ))}
      </ul>
      <EvidenceList incidentId={incidentId} ids={evidenceIds} isNumbered />
    </>
  );
}
