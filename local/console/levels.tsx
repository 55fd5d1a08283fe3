// The levels page: what the evidence says about each action, and the promotions that two people approve.
import type { RowView } from '../../core/remediation/levels/earned.ts';
import { askedText, resultText } from '../../core/remediation/levels/words.ts';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { attempt, notify } from './toast.tsx';

export function Levels() {
  const found = useLive<{ rows: readonly RowView[] }>('/levels', ['incident', 'level']);
  const me = useLive<{ id: string }>('/me', [])?.id;
  return (
    <section aria-labelledby="levels-title">
      <h2 id="levels-title">Levels</h2>
      {found === undefined ? (
        <p class="empty">Loading…</p>
      ) : found.rows.length === 0 ? (
        <p class="empty">No incident has led to an action yet, so there is no evidence.</p>
      ) : (
        <div class="preference-list">
          {found.rows.map((row) => (
            <Row key={row.key} view={row} me={me} />
          ))}
        </div>
      )}
    </section>
  );
}

function Row({ view, me }: { readonly view: RowView; readonly me: string | undefined }) {
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
      <p class="meta">{sentence(askedText(figures))}</p>
      <p class="meta">{sentence(resultText(figures))}</p>
      {since === undefined ? undefined : (
        <p class="meta">
          Since {since.at.slice(0, 16).replace('T', ' ')} UTC: {resultText(since.figures)}
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
          {me !== undefined && proposal.approvedBy.includes(me) ? (
            'You have approved it.'
          ) : (
            <button type="button" onClick={() => approve(view.key, proposal)}>
              Approve {proposal.to}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

const approve = (key: string, { to, epoch }: NonNullable<RowView['proposal']>): void =>
  attempt(async () => {
    const answer = await post<{ text: string }>('/levels/approve', { key, to, epoch });
    notify(answer.text);
    changed('level');
  });
