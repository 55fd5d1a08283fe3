// The last seven days: figures, and what keeps coming back.
import type { Recurrence, WeekView } from '../../core/console/week-view.ts';
import { span } from '../../core/postmortem/times.ts';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { minute } from './parts.tsx';
import { linkTo } from './route.ts';
import { attempt } from './toast.tsx';

export function Week() {
  const week = useLive<WeekView>('/week', ['incident']);
  if (week === undefined) return <p class="empty">Loading…</p>;
  const { since, pages, grouped, open, recovered, medianDiagnosisMs, feedback, actions, recurring } = week;
  const figures: readonly (readonly [name: string, value: string | number, more?: string | undefined])[] = [
    ['Pages', pages, grouped === 0 ? undefined : `${grouped} answered by another incident`],
    ['Still open', open],
    ['Recovered', recovered],
    ['Time to diagnosis', medianDiagnosisMs === undefined ? '—' : span(medianDiagnosisMs), 'median'],
    ['Right by people’s word', feedback.right, `${feedback.wrong} wrong`],
    [
      'Requests',
      actions.requested,
      `${actions.approved} approved, ${actions.rejected} rejected, ${actions.unanswered} not answered`,
    ],
    ['Actions done', actions.done, `${actions.unasked} without asking`],
  ];
  return (
    <>
      <header class="incident-head">
        <p class="meta">Since {minute(since)}</p>
        <h2>The last week</h2>
      </header>
      <dl class="figures">
        {figures.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <strong class="figure-value">{value}</strong>
              {more === undefined ? undefined : <span class="meta">{more}</span>}
            </dd>
          </div>
        ))}
      </dl>
      <section class="card" aria-label="What keeps coming back">
        <h3>What keeps coming back</h3>
        {recurring.length === 0 ? <p class="empty">No cause was diagnosed twice at the same place.</p> : undefined}
        <ul class="rows">
          {recurring.map((one) => (
            <RecurrenceRow key={`${one.cause} ${one.entity}`} recurrence={one} />
          ))}
        </ul>
      </section>
    </>
  );
}

const dismiss = (incidentId: string) =>
  attempt(async () => {
    await post('/week/dismiss', { incidentId });
    changed('incident');
  });

const RecurrenceRow = ({
  recurrence: { cause, entity, incidents, proposal, dismissed },
}: {
  readonly recurrence: Recurrence;
}) => (
  <li>
    <strong>{cause}</strong>: {entity}, {incidents.length} times
    {proposal === undefined || dismissed !== undefined ? undefined : (
      <p class="proposal">
        To prevent it: {proposal}{' '}
        <button type="button" class="plain" onClick={() => void dismiss(incidents[0]?.id ?? '')}>
          Dismiss
        </button>
      </p>
    )}
    {proposal === undefined || dismissed === undefined ? undefined : (
      <p class="meta">
        Dismissed by {dismissed.by}, {minute(dismissed.at)}: {proposal}
      </p>
    )}
    <p class="meta">
      {incidents.map(({ id, at }, index) => (
        <span key={id}>
          {index === 0 ? '' : ' · '}
          <a href={linkTo(id)}>{minute(at)}</a>
        </span>
      ))}
    </p>
  </li>
);
