// What people taught: each preference with its limits, the past incidents that it matches, and the button that revokes it.
import type { PreferenceView } from '../../core/console/preference-view.ts';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { minute } from './parts.tsx';
import { attempt, notify } from './toast.tsx';

export function Preferences() {
  const found = useLive<{ preferences: readonly PreferenceView[] }>('/preferences', ['preference']);
  return (
    <section class="preferences" aria-labelledby="preferences-title">
      <h2 id="preferences-title">Taught</h2>
      <div id="preferences" class="preference-list">
        {found?.preferences.length === 0 ? (
          <p class="empty">Nothing yet. "Approve and don't ask again" teaches it.</p>
        ) : (
          found?.preferences.map((preference) => <Preference key={preference.id} preference={preference} />)
        )}
      </div>
    </section>
  );
}

const revoke = (id: string): void =>
  attempt(async () => {
    await post(`/preferences/${encodeURIComponent(id)}/revoke`, {});
    notify('Revoked. Next time you are asked.');
    changed('preference');
  });

function Preference({ preference }: { readonly preference: PreferenceView }) {
  const { id, actionId, describes, state, stateReason, taughtBy, taughtAt, uses, maxUsesPerDay, expiresAt } =
    preference;
  return (
    <div class="preference" data-state={state}>
      <p>
        <strong>{actionId}</strong> for {describes.workload} in {describes.environment}
      </p>
      <p class="template">{describes.errorTemplate}</p>
      {preference.teachAgain ? <p>{preference.scope}</p> : undefined}
      <p class="meta">
        Taught by {taughtBy} on {taughtAt.slice(0, 10)}; {state}
        {stateReason === undefined ? '' : ` (${stateReason})`}; used {uses === 1 ? 'once' : `${uses} times`}, at most{' '}
        {maxUsesPerDay} a day; until {expiresAt.slice(0, 10)}.
      </p>
      <History past={preference.history} />
      {state === 'revoked' ? undefined : (
        <button type="button" class="plain" onClick={() => revoke(id)}>
          Revoke
        </button>
      )}
    </div>
  );
}

/** Past incidents that the preference matches, and those that differ in one part. */
function History({ past }: { readonly past: PreferenceView['history'] }) {
  if (past.length === 0) return <p class="meta">No other incident so far would have matched.</p>;
  const matching = past.filter(({ matches }) => matches).length;
  const nearly = past.length - matching;
  return (
    <details class="history">
      <summary>
        Matches{' '}
        {matching === 0 ? 'no other incident' : matching === 1 ? 'one other incident' : `${matching} other incidents`}
        {nearly > 0 ? `, nearly ${nearly}` : ''}
      </summary>
      <ul>
        {past.map((one) => (
          <li key={one.incidentId} class={one.matches ? 'for' : 'against'}>
            <a href={`#${one.incidentId}`}>{minute(one.at)}</a> {one.matches ? 'the same' : one.why}
          </li>
        ))}
      </ul>
    </details>
  );
}
