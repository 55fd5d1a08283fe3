// The console: the list of incidents, the selected incident, and the conversation.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { IncidentRow } from '../../core/console/incident-list.ts';
import type { IncidentView } from '../../core/console/incident-view.ts';
import { incidentPath, post } from './api.ts';
import { Incident } from './incident.tsx';
import { Incidents } from './incidents.tsx';
import { KillSwitch } from './kill-switch.tsx';
import { type Connection, listen, useLive } from './live.ts';
import { PageForm } from './page-form.tsx';
import { Preferences } from './preferences.tsx';
import { useRoute } from './route.ts';
import { type Subject, Talk } from './talk.tsx';
import { attempt, Toast } from './toast.tsx';

const connectionText: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost, trying again…',
};

export function Console() {
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => listen(setConnection), []);
  const list = useLive<{ incidents: readonly IncidentRow[] }>('/incidents', ['incident']);
  const incidents = list?.incidents ?? [];
  const first = useRef<string | undefined>(undefined);
  first.current ??= (incidents.find(({ memberOf }) => memberOf === undefined) ?? incidents[0])?.id;
  const chosen = useRoute();
  const selected = chosen ?? first.current;
  const view = useLive<IncidentView>(selected === undefined ? undefined : incidentPath(selected), [
    'timeline',
    'message',
    'approval',
    'incident',
  ]);
  const [subject, setSubject] = useState<Subject>('incident');
  const article = useFocusOn(chosen, () => setSubject('incident'));
  return (
    <>
      <a class="skip" href="#incident">
        Skip to the incident
      </a>
      <header class="top">
        <h1>Watchkeeper</h1>
        <p id="connection" class="connection" role="status">
          {connectionText[connection]}
        </p>
        <PageForm />
        <a class="page-link" href="/console/audit.html">
          Audit
        </a>
        <KillSwitch />
        <Person />
      </header>
      <main class="layout">
        <nav class="incidents" aria-label="Incidents">
          <h2>Incidents</h2>
          <Incidents incidents={incidents} selected={selected} />
          <Preferences />
        </nav>
        <div class="column">
          <article id="incident" class="incident" tabIndex={-1} ref={article}>
            {view === undefined ? (
              <NoIncident isLoading={selected !== undefined} />
            ) : (
              <Incident key={selected} view={view} />
            )}
          </article>
        </div>
        <Talk incidentId={selected} messages={view?.messages} subject={subject} onSubject={setSubject} />
      </main>
      <Toast />
    </>
  );
}

const NoIncident = ({ isLoading }: { readonly isLoading: boolean }) =>
  isLoading ? (
    <p class="empty">Loading…</p>
  ) : (
    <p class="empty">
      Waiting for a page. Send one above, or POST a PagerDuty webhook to <code>/pagerduty</code>.
    </p>
  );

/** Moves the focus to the incident when a person chose another one, and shows its beginning. */
function useFocusOn(chosen: string | undefined, onChosen: () => void) {
  const article = useRef<HTMLElement>(null);
  const before = useRef(chosen);
  useEffect(() => {
    if (before.current === chosen) return;
    before.current = chosen;
    onChosen();
    article.current?.focus({ preventScroll: true });
    if ((article.current?.getBoundingClientRect().top ?? 0) < 0) article.current?.scrollIntoView();
  });
  return article;
}

function Person() {
  const person = useLive<{ name: string }>('/me', []);
  const leave = () =>
    attempt(async () => {
      await post('/leave', {});
      location.reload();
    });
  return (
    <p class="person">
      You are <strong id="person">{person?.name ?? '…'}</strong>{' '}
      <button type="button" class="plain" onClick={leave}>
        Sign out
      </button>
    </p>
  );
}
