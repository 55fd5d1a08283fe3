// Evidence: a line with its number and source that opens in place, and the citations that lead to it. The record is fetched when it is first opened.
import { createContext } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import type { EvidenceIndex, EvidenceView } from '../../core/console/evidence-view.ts';
import { readableTimes } from '../../core/wording.ts';
import { incidentPath } from './api.ts';
import { SourceIcon } from './icons.tsx';
import { useLive } from './live.ts';
import { ChartFigure, CopyButton, Opened, OutsideLink } from './parts.tsx';
import { linkTo } from './route.ts';

const maxShown = 60_000;

/** The evidence of the incident that is shown; undefined while it is read. */
export const Evidences = createContext<EvidenceIndex | undefined>(undefined);

interface ListProps {
  readonly incidentId: string;
  readonly ids: readonly string[];
}

/** One line each; `isNumbered`: with the numbers by which sentences cite them. */
export const EvidenceList = ({
  incidentId,
  ids,
  isNumbered = false,
}: ListProps & { readonly isNumbered?: boolean }) => (
  <div class="evidence-list">
    {ids.map((id, index) => (
      <EvidenceItem key={id} incidentId={incidentId} id={id} mark={isNumbered ? `[${index + 1}] ` : ''} />
    ))}
  </div>
);

/** Evidence that the address names and the diagnosis does not cite. */
export function SingleEvidence({ incidentId, id }: { readonly incidentId: string; readonly id: string }) {
  useEffect(() => showEvidence(id), [id]);
  return (
    <section class="card" aria-label="Evidence">
      <EvidenceList incidentId={incidentId} ids={[id]} />
    </section>
  );
}

function EvidenceItem({
  incidentId,
  id,
  mark,
}: {
  readonly incidentId: string;
  readonly id: string;
  readonly mark: string;
}) {
  const known = useContext(Evidences)?.evidence.find((one) => one.id === id);
  const summary =
    known === undefined ? (
      `${mark}Evidence`
    ) : (
      <>
        {mark}
        <SourceIcon source={known.source} /> <span class="source">{known.source}</span>{' '}
        <span class="evidence-summary">{readableTimes(known.summary)}</span>
      </>
    );
  return (
    <Opened class="evidence" data-evidence={id} summary={summary}>
      {() => <EvidenceBody incidentId={incidentId} id={id} />}
    </Opened>
  );
}

function EvidenceBody({ incidentId, id }: { readonly incidentId: string; readonly id: string }) {
  const found = useLive<EvidenceView>(`${incidentPath(incidentId)}/evidence/${encodeURIComponent(id)}`, []);
  if (found === undefined) return <div class="evidence-body">Loading…</div>;
  const { evidence, full, chart } = found;
  return (
    <div class="evidence-body">
      <Query query={evidence.query} source={evidence.source} link={evidence.link} />
      <pre>{evidence.excerpt}</pre>
      {chart === undefined ? undefined : <ChartFigure chart={chart} />}
      <Opened summary="Full record">{() => <pre>{JSON.stringify(full, null, 1).slice(0, maxShown)}</pre>}</Opened>
      <p class="meta">
        <a href={linkTo(`${incidentId}/evidence/${id}`)}>Link to this evidence</a> · SHA-256{' '}
        {evidence.hash.slice(0, 16)}…
      </p>
    </div>
  );
}

/** The query that gave the evidence, to be copied, and its page at the source. */
export const Query = ({
  query,
  source,
  link,
}: {
  readonly query: string;
  readonly source: string;
  readonly link?: string | undefined;
}) => (
  <p class="query meta">
    {source}: <code>{query}</code> <CopyButton text={query} label="Copy query" />
    {link === undefined ? undefined : (
      <>
        {' '}
        <OutsideLink href={link}>open in {source}</OutsideLink>
      </>
    )}
  </p>
);

/** Opens the evidence on the page and moves the focus to it. */
export function showEvidence(id: string): void {
  const item = document.querySelector(`[data-evidence="${CSS.escape(id)}"]`);
  if (!(item instanceof HTMLDetailsElement)) return;
  for (let outer = item.parentElement?.closest('details'); outer; outer = outer.parentElement?.closest('details'))
    outer.open = true;
  item.open = true;
  item.querySelector('summary')?.focus();
  item.scrollIntoView({ block: 'nearest' });
}

/** A sentence in which `[1]` and `[1, 3]` lead to the evidence of that number. */
export const Cited = ({ text, incidentId, ids }: ListProps & { readonly text: string }) => (
  <>
    {text
      .split(/(\[\d{1,2}(?:, ?\d{1,2})*\])/)
      .map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <Citations key={`${index} ${part}`} numbers={part.match(/\d+/g) ?? []} incidentId={incidentId} ids={ids} />
        ),
      )}
  </>
);

const Citations = ({ numbers, incidentId, ids }: ListProps & { readonly numbers: readonly string[] }) => (
  <span class="citations">
    {numbers.map((number) => {
      const id = ids[Number(number) - 1];
      return id === undefined ? (
        <span key={number}>[{number}]</span>
      ) : (
        <a
          key={number}
          class="citation"
          href={linkTo(`${incidentId}/evidence/${id}`)}
          aria-label={`Evidence ${number}`}
          onClick={() => showEvidence(id)}
        >
          [{number}]
        </a>
      );
    })}
  </span>
);
