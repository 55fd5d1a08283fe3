// The console: the list of incidents, the page of the address, and the conversation.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { IncidentRow } from '../../core/console/incident-list.ts';
import type { IncidentView } from '../../core/console/incident-view.ts';
import { incidentPath, post } from './api.ts';
import { CallGraph } from './call-graph.tsx';
import { Incident } from './incident.tsx';
import { Incidents } from './incidents.tsx';
import { keyHelp, listenToKeys } from './keys.ts';
import { KillSwitch } from './kill-switch.tsx';
import { Levels } from './levels.tsx';
import { type Connection, listen, useLive } from './live.ts';
import { Menu } from './menu.tsx';
import { PageForm } from './page-form.tsx';
import { Postmortem } from './postmortem.tsx';
import { Preferences } from './preferences.tsx';
import { type Page, useRoute } from './route.ts';
import { Service } from './service.tsx';
import { type Subject, Talk } from './talk.tsx';
import { attempt, Toast } from './toast.tsx';
import { Week } from './week.tsx';

export function Console() {
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => listen(setConnection), []);
  useEffect(listenToKeys, []);
  const list = useLive<{ incidents: readonly IncidentRow[] }>('/incidents', ['incident', 'approval']);
  const incidents = list?.incidents ?? [];
  const { page, filter } = useRoute();
  const selected = useSelected(page, incidents);
  const view = useLive<IncidentView>(selected === undefined ? undefined : incidentPath(selected), [
    'timeline',
    'message',
    'approval',
    'incident',
  ]);
  const [subject, setSubject] = useState<Subject>('incident');
  const article = useFocusOn(page, () => setSubject('incident'));
  return (
    <>
      <a class="skip" href="#incident">
        Skip to the incident
      </a>
      <Header connection={connection} />
      <main class="layout">
        <nav class="incidents" aria-label="Incidents">
          <h2>Incidents</h2>
          <Incidents incidents={incidents} selected={selected} filter={filter} />
          <Preferences />
        </nav>
        <div class="column">
          <p class="narrow to-list">
            <a href="#incidents">All incidents</a>
          </p>
          <article id="incident" class="incident" tabIndex={-1} ref={article}>
            {page.kind === 'service' ? (
              <Service name={page.name} />
            ) : page.kind === 'calls' ? (
              <CallGraph />
            ) : page.kind === 'week' ? (
              <Week />
            ) : page.kind === 'levels' ? (
              <Levels />
            ) : page.kind === 'postmortem' ? (
              <Postmortem id={page.id} />
            ) : view === undefined ? (
              <NoIncident isLoading={selected !== undefined} />
            ) : (
              <Incident
                key={selected}
                view={view}
                evidenceId={page.kind === 'incident' ? page.evidenceId : undefined}
              />
            )}
          </article>
        </div>
        <Talk incidentId={selected} messages={view?.messages} subject={subject} onSubject={setSubject} />
      </main>
      <Toast />
    </>
  );
}

/** Without a choice, the newest incident of its own when the page was opened; it stays while others come. */
function useSelected(page: Page, incidents: readonly IncidentRow[]): string | undefined {
  const first = useRef<string | undefined>(undefined);
  first.current ??= (incidents.find(({ memberOf }) => memberOf === undefined) ?? incidents[0])?.id;
  switch (page.kind) {
    case 'first':
      return first.current;
    case 'incident':
    case 'postmortem':
      return page.id;
    case 'service':
    case 'calls':
    case 'week':
    case 'levels':
      return undefined;
  }
}

const NoIncident = ({ isLoading }: { readonly isLoading: boolean }) =>
  isLoading ? (
    <p class="empty">Loading…</p>
  ) : (
    <p class="empty">
      Waiting for a page. Send one above, or POST a PagerDuty webhook to <code>/pagerduty</code>.
    </p>
  );

/** Two addresses of one page have one key. */
function keyOf(page: Page): string {
  switch (page.kind) {
    case 'first':
      return '';
    case 'incident':
      return page.id;
    case 'postmortem':
      return `postmortem ${page.id}`;
    case 'calls':
      return 'calls';
    case 'week':
      return 'week';
    case 'levels':
      return 'levels';
    case 'service':
      return `service ${page.name}`;
  }
}

/** In pixels, as in the style sheet. */
const headerHeight = 48;

/** Moves the focus to the article when a person chose another page, and shows its beginning. */
function useFocusOn(page: Page, onChosen: () => void) {
  const article = useRef<HTMLElement>(null);
  const key = keyOf(page);
  const before = useRef(key);
  useEffect(() => {
    if (before.current === key) return;
    before.current = key;
    onChosen();
    article.current?.focus({ preventScroll: true });
    if ((article.current?.getBoundingClientRect().top ?? 0) < headerHeight) article.current?.scrollIntoView();
  });
  return article;
}

const connectionText: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost, trying again…',
};

const Header = ({ connection }: { readonly connection: Connection }) => (
  <header class="top">
    <h1>
      <a class="home" href="/">
        Watchkeeper
      </a>
    </h1>
    <p id="connection" class="connection" role="status" data-state={connection}>
      {connectionText[connection]}
    </p>
    <div class="top-menus">
      <PageForm />
      <a class="wide" href="#calls">
        Calls
      </a>
      <a class="wide" href="#week">
        Week
      </a>
      <a class="wide" href="#levels">
        Levels
      </a>
      <a class="wide" href="/console/audit.html">
        Audit
      </a>
      <KillSwitch />
      <Person />
    </div>
  </header>
);

function Person() {
  const person = useLive<{ name: string }>('/me', []);
  const leave = () =>
    attempt(async () => {
      await post('/leave', {});
      location.reload();
    });
  return (
    <Menu id="person-menu" summary={<strong id="person">{person?.name ?? '…'}</strong>}>
      <p class="narrow">
        <a href="#calls">Calls</a> · <a href="#week">Week</a> · <a href="#levels">Levels</a> ·{' '}
        <a href="/console/audit.html">Audit</a>
      </p>
      <dl class="keys">
        {keyHelp.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="plain" onClick={leave}>
        Sign out
      </button>
    </Menu>
  );
}
