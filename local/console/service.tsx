// The page of a service: its incidents, the changes behind them, what people taught, and what the catalogue says.
import type { ComponentChildren } from 'preact';
import type { ServiceView } from '../../core/console/service-view.ts';
import { readableTimes } from '../../core/wording.ts';
import { CallTable } from './call-graph.tsx';
import { useLive } from './live.ts';
import { minute, Status } from './parts.tsx';
import { linkTo, linkToService } from './route.ts';

export function Service({ name }: { readonly name: string }) {
  const view = useLive<ServiceView>(`/services/${encodeURIComponent(name)}`, ['incident', 'preference', 'message']);
  if (view === undefined) return <p class="empty">Loading…</p>;
  const { catalogued, calledBy, calls, incidents, changes, facts, preferences } = view;
  return (
    <>
      <header class="incident-head">
        <p class="meta">Service</p>
        <h2>{name}</h2>
        {catalogued === undefined ? (
          <p class="meta">The catalogue does not have this service.</p>
        ) : (
          <p class="meta">
            {catalogued.owners.length === 0 ? 'No owner is known.' : `Owned by ${catalogued.owners.join(', ')}`}
          </p>
        )}
      </header>
      <Section title="Incidents" empty="No incident of this service is on record." items={incidents}>
        {incidents.map(({ id, standing, title, openedAt, cause }) => (
          <li key={id}>
            <Status standing={standing} /> <a href={linkTo(id)}>{title}</a>
            <span class="meta">
              {' '}
              {minute(openedAt)}
              {cause === undefined ? '' : ` · ${cause}`}
            </span>
          </li>
        ))}
      </Section>
      {calls.length === 0 ? undefined : (
        <section class="card call-list" aria-label="Calls">
          <h3>Calls</h3>
          <CallTable calls={calls} />
        </section>
      )}
      <Section title="Changes behind incidents" empty="No diagnosis names a change." items={changes}>
        {changes.map(({ incidentId, at, id, text }) => (
          <li key={`${incidentId} ${id}`}>
            {readableTimes(text)}{' '}
            <span class="meta">
              <a href={linkTo(incidentId)}>incident of {minute(at)}</a>
            </span>
          </li>
        ))}
      </Section>
      <Section title="Taught" empty="Nobody taught anything about it." items={[...facts, ...preferences]}>
        {facts.map(({ id, text, origin }) => (
          <li key={id}>
            {text} <span class="meta">{origin}</span>
          </li>
        ))}
        {preferences.map(({ id, text, state }) => (
          <li key={id}>
            {text} <span class="meta">{state}</span>
          </li>
        ))}
      </Section>
      {catalogued === undefined ? undefined : (
        <section class="card">
          <h3>Catalogue</h3>
          <dl class="facts">
            <Fact name="Runs in">
              {catalogued.placements.map(({ cluster, namespace, environment }) => (
                <div key={`${cluster} ${namespace}`}>
                  {environment}: {cluster}, namespace {namespace}
                </div>
              ))}
            </Fact>
            <Fact name="Workloads">{catalogued.workloads.join(', ') || `Deployment/${name}`}</Fact>
            <Fact name="Calls">{services(catalogued.dependsOn)}</Fact>
            <Fact name="Called by">{services(calledBy)}</Fact>
            <Fact name="Sources">
              {Object.entries(catalogued.sources).map(([signal, sources]) => (
                <div key={signal}>
                  {signal}: {sources.join(', ')}
                </div>
              ))}
            </Fact>
            <Fact name="Protected">{catalogued.protected ? 'Yes: no action touches it.' : 'No'}</Fact>
          </dl>
        </section>
      )}
    </>
  );
}

const services = (names: readonly string[]): ComponentChildren =>
  names.length === 0
    ? undefined
    : names.map((name, index) => (
        <span key={name}>
          {index === 0 ? '' : ', '}
          <a href={linkToService(name)}>{name}</a>
        </span>
      ));

const Fact = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {children === undefined || (Array.isArray(children) && children.length === 0) ? 'not in the catalogue' : children}
    </dd>
  </div>
);

const Section = ({
  title,
  empty,
  items,
  children,
}: {
  readonly title: string;
  readonly empty: string;
  readonly items: readonly unknown[];
  readonly children: ComponentChildren;
}) => (
  <section class="card" aria-label={title}>
    <h3>{title}</h3>
    {items.length === 0 ? <p class="empty">{empty}</p> : <ul class="rows">{children}</ul>}
  </section>
);
