// The diagnosis: its sentences, the metric that moved, the hypotheses with their reasons and evidence, and what is not known.
import type { EvidenceChart } from '../../core/charts/evidence.ts';
import type { DiagnosisView, IncidentView } from '../../core/console/incident-view.ts';
import type { Hypothesis as HypothesisRecord } from '../../core/model/diagnosis.ts';
import { confidenceWords, entityText, formatList, formatPercent } from '../../core/wording.ts';
import { incidentPath } from './api.ts';
import { EvidenceList } from './evidence.tsx';
import { useLive } from './live.ts';
import { ChartFigure } from './parts.tsx';

export function Diagnosis({ diagnosis, view }: { readonly diagnosis: DiagnosisView; readonly view: IncidentView }) {
  const { id } = view.incident;
  const { affected } = view.group;
  const { text, next, hypotheses, symptoms, gaps, droppedClaims, models } = diagnosis;
  return (
    <section class="diagnosis" aria-labelledby="diagnosis-title">
      <h3 id="diagnosis-title">Diagnosis</h3>
      <p class="lead">
        {text} {next}
      </p>
      <MovedMetric incidentId={id} />
      <ol class="hypotheses">
        {hypotheses.map((hypothesis) => (
          <Hypothesis key={hypothesis.rank} incidentId={id} hypothesis={hypothesis} />
        ))}
      </ol>
      <Listing title="Explained by the first" items={symptoms} />
      {affected.length === 0 ? undefined : <p>Also affected: {formatList(affected, 20)}.</p>}
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
          <li key={item}>{item}</li>
        ))}
      </ul>
    </div>
  );

function MovedMetric({ incidentId }: { readonly incidentId: string }) {
  const found = useLive<{ chart?: EvidenceChart }>(`${incidentPath(incidentId)}/chart`, ['incident']);
  return <div class="figure">{found?.chart === undefined ? undefined : <ChartFigure chart={found.chart} />}</div>;
}

function Hypothesis({
  incidentId,
  hypothesis,
}: {
  readonly incidentId: string;
  readonly hypothesis: HypothesisRecord;
}) {
  const { entity, cause, confidence, summary, changeId, why, against, evidenceIds } = hypothesis;
  return (
    <li class="hypothesis">
      <p class="hypothesis-head">
        <strong>{entityText(entity)}</strong> <code>{cause}</code>
        <span class="confidence">
          <meter min={0} max={1} value={confidence} aria-label="confidence" /> {confidenceWords(confidence)} (
          {formatPercent(confidence)})
        </span>
      </p>
      <p>{summary}</p>
      {changeId === undefined ? undefined : <p class="meta">Change: {changeId}</p>}
      <ul class="reasons">
        {why.map((reason) => (
          <li key={reason} class="for">
            {reason}
          </li>
        ))}
        {against.map((reason) => (
          <li key={reason} class="against">
            {reason}
          </li>
        ))}
      </ul>
      <EvidenceList incidentId={incidentId} ids={evidenceIds} />
    </li>
  );
}
