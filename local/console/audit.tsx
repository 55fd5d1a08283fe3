// The audit as a table: newest first, filtered by time, kind and text.
import { useEffect, useState } from 'preact/hooks';
import type { AuditEntry } from '../../core/model/audit.ts';
import { readableTimes } from '../../core/wording.ts';
import { listen, useLive } from './live.ts';
import { Toast } from './toast.tsx';

const spans = [
  [1, 'the last day'],
  [7, 'the last week'],
  [31, 'the last month'],
  [366, 'the last year'],
] as const;
const dayMs = 24 * 3_600_000;
const maxShown = 500;
const formats = { csv: 'CSV', jsonl: 'JSON lines' } as const;

export function Audit() {
  const [days, setDays] = useState(7);
  const [since, setSince] = useState(() => daysAgo(7));
  const [kind, setKind] = useState('');
  const [words, setWords] = useState('');
  useEffect(() => listen(() => undefined), []);
  const found = useLive<{ entries: readonly AuditEntry[] }>(`/audit?${new URLSearchParams({ since })}`, [
    'timeline',
    'approval',
    'preference',
    'incident',
  ]);
  const entries = found?.entries.toReversed() ?? [];
  const kinds = [...new Set(entries.map((entry) => entry.kind))].sort();
  const sought = words.trim().toLowerCase();
  const shown = entries.filter(
    (entry) => (kind === '' || entry.kind === kind) && JSON.stringify(entry).toLowerCase().includes(sought),
  );
  return (
    <>
      <header class="top audit-top">
        <h1>
          <a class="home" href="/">
            Watchkeeper
          </a>
        </h1>
        <p class="connection">Audit: every decision, never changed</p>
        <form class="audit-tools" onSubmit={(event) => event.preventDefault()}>
          <select
            id="days"
            aria-label="Time span"
            value={days}
            onChange={({ currentTarget }) => {
              setDays(Number(currentTarget.value));
              setSince(daysAgo(Number(currentTarget.value)));
            }}
          >
            {spans.map(([count, text]) => (
              <option key={count} value={count}>
                {text}
              </option>
            ))}
          </select>
          <select
            id="kind"
            aria-label="Kind"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value)}
          >
            <option value="">all kinds</option>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <input
            id="find"
            type="search"
            placeholder="find"
            aria-label="Find in the audit"
            autocomplete="off"
            value={words}
            onInput={({ currentTarget }) => setWords(currentTarget.value)}
          />
        </form>
        {Object.entries(formats).map(([format, name]) => (
          <a key={format} id={format} href={`/api/audit/export?${new URLSearchParams({ since, format })}`} download>
            {name}
          </a>
        ))}
      </header>
      <main class="audit">
        <p id="count" class="meta" role="status">
          {shown.length} of {entries.length} lines
          {shown.length > maxShown ? `, the newest ${maxShown} shown` : ''}.
        </p>
        <table>
          <thead>
            <tr>
              {['When (UTC)', 'Who', 'What', 'Text'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody id="entries">
            {shown.slice(0, maxShown).map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      </main>
      <Toast />
    </>
  );
}

const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();

const Row = ({
  entry: { kind, at, actor, outcome, action, target, incidentId, text, ...rest },
}: {
  readonly entry: AuditEntry;
}) => (
  <tr data-kind={kind}>
    <td class="when">
      <time datetime={at}>{at.slice(0, 19).replace('T', ' ')}</time>
    </td>
    <td>
      {actor.id}
      {actor.kind === actor.id ? undefined : <span class="meta"> {actor.kind}</span>}
    </td>
    <td>
      <strong>
        {kind}: {outcome}
      </strong>
      {action === undefined ? undefined : (
        <div class="meta">
          {action} on {target}
        </div>
      )}
      {incidentId === undefined ? undefined : (
        <div class="meta">
          <a href={`/#${incidentId}`}>{incidentId}</a>
        </div>
      )}
    </td>
    <td>
      {readableTimes(text)}
      <Details entry={rest} />
    </td>
  </tr>
);

function Details({
  entry: { policies, policyVersion, facts, evidenceIds, about },
}: {
  readonly entry: Pick<AuditEntry, 'policies' | 'policyVersion' | 'facts' | 'evidenceIds' | 'about'>;
}) {
  if (policies.length === 0 && facts === undefined && evidenceIds.length === 0) return null;
  const lines = [
    policyVersion && `Policies ${policyVersion}`,
    evidenceIds.length > 0 && `Evidence ${evidenceIds.join(', ')}`,
    about && `About ${about}`,
    facts &&
      Object.entries(facts)
        .map(([fact, value]) => `${fact} ${value}`)
        .join(', '),
  ].filter((line) => typeof line === 'string');
  return (
    <details>
      <summary>{policies.length > 0 ? `By ${policies.join(', ')}` : 'Evidence'}</summary>
      {lines.map((line) => (
        <p key={line} class="meta">
          {line}
        </p>
      ))}
    </details>
  );
}
