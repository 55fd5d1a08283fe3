// The levels page: what the evidence says about each action, and the promotions that two people approve.
import type { RowView } from '../../core/remediation/levels/earned.ts';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { attempt, notify } from './toast.tsx';

export function Levels() {
  const found = useLive<{ rows: readonly RowView[] }>('/levels', ['incident', 'preference']);
  return (
    <section aria-labelledby="levels-title">
      <h2 id="levels-title">Levels</h2>
      {found === undefined ? (
        <p class="empty">Loading…</p>
      ) : found.rows.length === 0 ? (
        <p class="empty">No incident has led to an action yet, so there is no evidence.</p>
      ) : (
        found.rows.map((row) => <Row key={row.key} view={row} />)
      )}
    </section>
  );
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function Row({ view }: { readonly view: RowView }) {
  const { row, level, ceiling, figures, since, proposal, why, history } = view;
  const last = history.at(-1);
  return (
    <div class="preference level-row" data-level={level}>
      <p>
        <strong>{row.action}</strong> for {row.service === '-' ? 'workloads without a service' : row.service} in{' '}
        {row.environment}, cause {row.cause}
      </p>
      <p>
        Level <strong>{level}</strong>
        {ceiling === level ? '' : `, at most ${ceiling}`}
      </p>
      <p class="meta">
        Shadowed {figures.shadowed}, asked {figures.asked} (approved {figures.approved}, rejected {figures.rejected},
        not answered {figures.unanswered}), without asking {figures.unattended}
      </p>
      <p class="meta">{results(figures)}</p>
      {since === undefined ? undefined : (
        <p class="meta">
          Since {since.at.slice(0, 16).replace('T', ' ')}: {results(since.figures)}
        </p>
      )}
      {last === undefined ? undefined : (
        <p class="meta">
          Last change: {last.from} to {last.to}
          {last.by.length === 0 ? '' : `, by ${last.by.join(' and ')}`}. {last.why}
        </p>
      )}
      {proposal === undefined ? (
        <p class="meta">No promotion: {why}</p>
      ) : (
        <p>
          Proposed: {proposal.to}. Approved by{' '}
          {proposal.approvedBy.length === 0 ? 'nobody yet' : proposal.approvedBy.join(', ')}; two people have to approve
          it.{' '}
          <button type="button" onClick={() => approve(view.key, proposal)}>
            Approve {proposal.to}
          </button>
        </p>
      )}
    </div>
  );
}

const results = ({ helped, notHelped, harmed, notKnown, open, judged, lower, upper }: RowView['figures']): string =>
  `Helped ${helped}, did not help ${notHelped}, harmed ${harmed}, not known ${notKnown}, open ${open}${
    judged === 0
      ? ''
      : `; share that helped ${percent(helped / judged)} (95 % interval ${percent(lower)} to ${percent(upper)})`
  }`;

const approve = (key: string, { to, epoch }: NonNullable<RowView['proposal']>): void =>
  attempt(async () => {
    const answer = await post<{ text: string }>('/levels/approve', { key, to, epoch });
    notify(answer.text);
    changed('preference');
  });
