// The call graph: who calls whom, which calls fail, and when each was last seen.
import { useState } from 'preact/hooks';
import type { CallEnd, CallRow, CallsView } from '../../core/console/calls-view.ts';
import { formatPercent } from '../../core/wording.ts';
import { CallDrawing } from './call-drawing.tsx';
import { useLive } from './live.ts';
import { minute } from './parts.tsx';
import { linkTo, linkToService } from './route.ts';

export function CallGraph() {
  const view = useLive<CallsView>('/calls', ['incident']);
  const [text, setText] = useState('');
  if (view === undefined) return <p class="empty">Loading…</p>;
  const { services, failing, calls, more, drawing } = view;
  const shown = calls.filter((call) => isAbout(call, text.trim().toLowerCase()));
  return (
    <>
      <header class="incident-head">
        <p class="meta">
          {services} services, {calls.length + more} calls, {failing} of them failing
        </p>
        <h2>Calls between services</h2>
      </header>
      {drawing === undefined ? undefined : (
        <section class="card" aria-label="Drawing of the calls">
          <CallDrawing sizes={drawing.sizes} label="Who calls whom" />
          {drawing.notDrawn === 0 ? undefined : (
            <p class="meta">
              {drawing.notDrawn} further services are in the table only. The drawing begins with failing calls and open
              incidents.
            </p>
          )}
        </section>
      )}
      <section class="card call-list" aria-label="Calls">
        {calls.length === 0 ? (
          <p class="empty">
            No source has seen a call yet. Prometheus with a service mesh or a service graph, Jaeger, X-Ray and traces
            of incidents show them.
          </p>
        ) : (
          <>
            <label class="call-filter">
              Service or cluster{' '}
              <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
            </label>
            <CallTable calls={shown} />
            {shown.length === 0 ? <p class="empty">No call fits.</p> : undefined}
            {more === 0 ? undefined : <p class="meta">{more} further calls are not shown.</p>}
          </>
        )}
      </section>
    </>
  );
}

export const CallTable = ({ calls }: { readonly calls: readonly CallRow[] }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Caller</th>
        <th scope="col">Called</th>
        <th scope="col">Requests/s</th>
        <th scope="col">Failing</th>
        <th scope="col">Last seen</th>
      </tr>
    </thead>
    <tbody>
      {calls.map((call) => (
        <Row key={JSON.stringify([call.from, call.to])} call={call} />
      ))}
    </tbody>
  </table>
);

const isAbout = ({ from, to }: CallRow, text: string): boolean =>
  text === '' || [from, to].some(({ name, cluster = '' }) => `${name} ${cluster}`.toLowerCase().includes(text));

const Row = ({
  call: { from, to, requestsPerSecond, errorRatio, failing, seenAt, old },
}: {
  readonly call: CallRow;
}) => (
  <tr data-failing={failing} data-old={old}>
    <td data-label="Caller">
      <End end={from} />
    </td>
    <td data-label="Called">
      <End end={to} />
    </td>
    <td data-label="Requests/s">{requestsPerSecond === undefined ? 'not known' : rate(requestsPerSecond)}</td>
    <td data-label="Failing">{errorRatio === undefined ? 'not known' : formatPercent(errorRatio)}</td>
    <td data-label="Last seen">{minute(seenAt)}</td>
  </tr>
);

const End = ({ end: { name, cluster, incidentId } }: { readonly end: CallEnd }) => (
  <>
    <a href={linkToService(name)}>{name}</a>
    {cluster === undefined ? undefined : <span class="meta"> {cluster}</span>}
    {incidentId === undefined ? undefined : (
      <>
        {' '}
        <a class="call-incident" href={linkTo(incidentId)}>
          incident
        </a>
      </>
    )}
  </>
);

const rate = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toPrecision(2));
