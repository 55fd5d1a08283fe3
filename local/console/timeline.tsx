// The timeline of an incident: each event as it is rendered in the record, with its evidence.
import type { TimelineEntry } from '../../core/model/timeline.ts';
import { readableTimes } from '../../core/wording.ts';
import { EvidenceList } from './evidence.tsx';
import { Opened, Time } from './parts.tsx';

export const Timeline = ({ entries }: { readonly entries: readonly TimelineEntry[] }) => (
  <section aria-labelledby="timeline-title">
    <h3 id="timeline-title">Timeline</h3>
    <ol class="timeline">
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ol>
  </section>
);

const Entry = ({
  entry: { at, actor, kind, tone, text, durationMs, incidentId, evidenceIds },
}: {
  readonly entry: TimelineEntry;
}) => (
  <li class="entry" data-kind={kind} data-tone={tone}>
    <p class="entry-head">
      <Time at={at} /> <span class="actor">{actor}</span>
      <span class="meta">
        {' '}
        {kind}
        {durationMs === undefined ? '' : ` · ${durationMs} ms`}
      </span>
    </p>
    <p class="entry-text">{readableTimes(text)}</p>
    {evidenceIds.length === 0 ? undefined : (
      <Opened
        class="more"
        summary={evidenceIds.length === 1 ? 'one piece of evidence' : `${evidenceIds.length} pieces of evidence`}
      >
        {() => <EvidenceList incidentId={incidentId} ids={evidenceIds} />}
      </Opened>
    )}
  </li>
);
