// The levels page: what the evidence says about each action, and the promotions that two people approve. The server writes the sentences.
import type { RowView } from '../../core/remediation/levels/earned.ts';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { attempt, notify } from './toast.tsx';

type Shown = RowView & { readonly title: string; readonly lines: readonly string[] };

export function Levels() {
  const found = useLive<{ rows: readonly Shown[] }>('/levels', ['incident', 'level']);
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
          {found.rows.map((view) => (
            <Row key={view.key} view={view} me={me} />
          ))}
        </div>
      )}
    </section>
  );
}

function Row({ view, me }: { readonly view: Shown; readonly me: string | undefined }) {
  const { level, title, lines, proposal } = view;
  return (
    <div class="preference level-row" data-level={level}>
      <p>
        <strong>{title}</strong>
      </p>
      {lines.map((line, index) => (
        <p key={line} class={index === 0 ? undefined : 'meta'}>
          {line}
        </p>
      ))}
      {proposal === undefined ? undefined : me !== undefined && proposal.approvedBy.includes(me) ? (
        <p class="meta">You have approved it.</p>
      ) : (
        <button type="button" onClick={() => approve(view.key, proposal)}>
          Approve {proposal.to}
        </button>
      )}
    </div>
  );
}

const approve = (key: string, { to, epoch }: NonNullable<RowView['proposal']>): void =>
  attempt(async () => {
    const answer = await post<{ text: string }>('/levels/approve', { key, to, epoch });
    notify(answer.text);
    changed('level');
  });
