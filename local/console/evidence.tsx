// Evidence that opens in place: it is fetched when it is first opened.
import type { EvidenceView } from '../../core/console/evidence-view.ts';
import { incidentPath } from './api.ts';
import { useLive } from './live.ts';
import { ChartFigure, CopyButton, Opened, OutsideLink } from './parts.tsx';

const maxShown = 60_000;

interface Which {
  readonly incidentId: string;
  readonly id: string;
}

export const EvidenceList = ({ incidentId, ids }: { readonly incidentId: string; readonly ids: readonly string[] }) => (
  <div class="evidence-list">
    {ids.map((id, index) => (
      <Opened key={id} class="evidence" summary={`Evidence ${index + 1}`}>
        {() => <EvidenceBody incidentId={incidentId} id={id} />}
      </Opened>
    ))}
  </div>
);

function EvidenceBody({ incidentId, id }: Which) {
  const found = useLive<EvidenceView>(`${incidentPath(incidentId)}/evidence/${encodeURIComponent(id)}`, []);
  if (found === undefined) return <div class="evidence-body">Loading…</div>;
  const { evidence, full, chart } = found;
  return (
    <div class="evidence-body">
      <p class="meta">
        {evidence.source} · <code>{evidence.query}</code> <CopyButton text={evidence.query} label="Copy query" />
        {evidence.link === undefined ? undefined : (
          <>
            {' · '}
            <OutsideLink href={evidence.link}>open at the source</OutsideLink>
          </>
        )}
      </p>
      <pre>{evidence.excerpt}</pre>
      {chart === undefined ? undefined : <ChartFigure chart={chart} />}
      <Opened summary="Full record">{() => <pre>{JSON.stringify(full, null, 1).slice(0, maxShown)}</pre>}</Opened>
      <p class="meta">SHA-256 {evidence.hash.slice(0, 16)}…</p>
    </div>
  );
}
