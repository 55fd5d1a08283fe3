// Alerts (events of incidents) and deployment markers (change tracking) of New Relic.
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change, FiringAlert } from '../../core/model/telemetry.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import type { NewRelicConfig, Question, Row } from './client.ts';
import { accountsOf, hostOf } from './logs.ts';
import {
  all,
  type Columns,
  columnsAmong,
  condition,
  during,
  keysOf,
  knownScope,
  placeOf,
  quoted,
  text,
  where,
} from './place.ts';

const maxRows = 1000;

export function alerts(config: NewRelicConfig, ask: () => Question): Source<'alerts'> {
  return {
    observe: (scope) =>
      rowsOf(
        ask(),
        { event: 'NrAiIncident', only: "event = 'open'", wanted: alertFields, names: alertNames, scope },
        config,
        alertOf,
      ),
  };
}

export function changes(config: NewRelicConfig, ask: () => Question): Source<'changes'> {
  return {
    observe: (scope) =>
      rowsOf(ask(), { event: 'Deployment', wanted: changeFields, names: changeNames, scope }, config, changeOf),
  };
}

const alertFields = ['timestamp', 'openTime', 'conditionName', 'policyName', 'title', 'priority', 'incidentId'];
const alertNames = ['entity.name', 'targetName', 'tags.appName', 'tags.service'];
const changeFields = [
  'timestamp',
  'deploymentId',
  'version',
  'commit',
  'description',
  'changelog',
  'user',
  'deploymentType',
];
const changeNames = ['entity.name', 'appName', 'service.name'];

interface Wanted {
  readonly event: string;
  readonly only?: string;
  readonly wanted: readonly string[];
  readonly names: readonly string[];
  readonly scope: Scope;
}

async function rowsOf<T>(
  question: Question,
  { event, only, wanted, names, scope: requestedScope }: Wanted,
  config: NewRelicConfig,
  read: (row: Row, place: ReturnType<typeof placeOf>) => T | undefined,
): Promise<Observed<readonly T[]>> {
  const query = `${hostOf(config)} ${event} of ${accountsOf(config)}`;
  const gap = (reason: string): Observed<never> => ({
    kind: 'gap',
    gap: { source: 'newrelic', reason: reason.slice(0, 300) },
  });
  const known = await keysOf(question, event, requestedScope.window);
  if (known.kind === 'failed') return gap(known.reason);
  // Accounts in which nothing happened in the window have no attributes.
  if (known.keys.size === 0) return { kind: 'data', data: [], query, bytes: question.bytes() };
  const columns: Columns = columnsAmong(known.keys, requestedScope, names);
  const scope = await knownScope(question, { event, columns, scope: requestedScope }, config);
  const selected = [
    ...new Set([...wanted.filter((name) => known.keys.has(name) || name === 'timestamp'), ...all(columns)]),
  ];
  const answer = await question.query(
    `SELECT ${selected.map(quoted).join(', ')} FROM ${event}${where(condition(scope, columns), only)} ${during(scope.window)} ORDER BY timestamp DESC LIMIT ${maxRows}`,
  );
  if (answer.kind === 'failed') return gap(answer.reason);
  const data = answer.rows.flatMap((row) => {
    const place = placeOf(row, columns, config);
    return isWithin(scope, place) ? (read(row, place) ?? []) : [];
  });
  const cut = answer.rows.length >= maxRows ? [`all but the newest ${maxRows} of ${event}`] : [];
  return { kind: 'data', data, query, missing: [...cut, ...answer.notes], bytes: question.bytes() };
}

function alertOf(row: Row, place: ReturnType<typeof placeOf>): FiringAlert | undefined {
  const at = instantIn(row.openTime) ?? instantIn(row.timestamp);
  const name = text(row.conditionName) ?? text(row.title) ?? text(row.policyName);
  if (at === undefined || name === undefined) return undefined;
  const severity = text(row.priority, 40);
  return {
    name,
    at,
    summary: text(row.title) ?? name,
    status: 'firing',
    ...(severity === undefined ? {} : { severity }),
    ...entityOf(place),
  };
}

const entityOf = ({ service, namespace, cluster }: ReturnType<typeof placeOf>): Pick<FiringAlert, 'entity'> =>
  service === undefined
    ? {}
    : {
        entity: {
          kind: 'Service',
          name: service,
          ...(namespace === undefined ? {} : { namespace }),
          ...(cluster === undefined ? {} : { cluster }),
        },
      };

function changeOf(row: Row, place: ReturnType<typeof placeOf>): Change | undefined {
  const { service } = place;
  const at = instantIn(row.timestamp);
  if (at === undefined) return undefined;
  const version = text(row.version);
  const commit = text(row.commit);
  const author = text(row.user);
  return {
    id: text(row.deploymentId) ?? `${service ?? 'deployment'}@${at}`,
    kind: 'deploy',
    at,
    title: text(row.description) ?? text(row.changelog) ?? `Deployment${version === undefined ? '' : ` of ${version}`}`,
    ...(service === undefined ? {} : { service }),
    ...entityOf(place),
    ...(author === undefined ? {} : { author }),
    ...(version === undefined ? {} : { version }),
    ...(commit === undefined ? {} : { commit }),
  };
}

/** From epoch milliseconds. */
function instantIn(value: unknown): string | undefined {
  const at = new Date(typeof value === 'number' ? value : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
