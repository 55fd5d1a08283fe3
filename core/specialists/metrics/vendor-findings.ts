// The findings about what vendors say on their status pages.
import { type Statement, statementsIn } from '../../analysis/vendors/statements.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { VendorStatus } from '../../model/telemetry.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { shorten } from '../../text.ts';
import { formatList, readableTimes } from '../../wording.ts';

type Answer = Observed<readonly VendorStatus[]>;

const order: readonly Statement['reading'][] = ['explains', 'elsewhere', 'over', 'later', 'fine'];
const maxStatements = 4;

export function vendorStatements(answer: Answer, brief: Brief): FindingDraft[] {
  if (answer.kind === 'gap') return [];
  const statements = statementsIn(answer.data, {
    window: brief.context.window.incident,
    pagedAt: brief.trigger.occurredAt,
    misbehaviour: [brief.trigger.title, ...Object.values(brief.trigger.details)].join('\n').slice(0, 20_000),
  });
  return statements
    .toSorted((a, b) => order.indexOf(a.reading) - order.indexOf(b.reading))
    .slice(0, maxStatements)
    .map((statement) => findingOf(statement, answer.query));
}

/** The vendors behind the statements, so that errors that name a vendor's host count for the vendor. */
export function vendorsIn(answer: Answer): { readonly topology?: Report['topology'] } {
  if (answer.kind === 'gap') return {};
  const vendors = answer.data.flatMap(({ vendor, hosts = [], usedBy = [] }) =>
    vendor === undefined ? [] : [{ name: vendor, hosts, usedBy }],
  );
  const known = [...new Map(vendors.map((one) => [one.name, one])).values()].slice(0, 20);
  return known.length === 0 ? {} : { topology: { calls: [], databases: [], vendors: known } };
}

const entityOf = ({ vendor, provider }: VendorStatus): EntityRef => ({ kind: 'Vendor', name: vendor ?? provider });

const confidenceOf = ({ state, kind }: VendorStatus): number =>
  kind === 'maintenance' ? 0.5 : state === 'outage' ? 0.75 : 0.6;

function findingOf({ status, reading }: Statement, query: string): FindingDraft {
  const { provider, at, state, until, text, components = [], kind, link } = status;
  const entity = entityOf(status);
  const base = {
    entity,
    claim: shorten(claimOf(status, reading), 390),
    evidence: [
      {
        source: 'status page',
        query,
        excerpt:
          `${at}${until === undefined ? '' : ` to ${until}`} ${provider}${components.length > 0 ? ` (${components.join(', ')})` : ''}: ${state}: ${text}`.slice(
            0,
            2000,
          ),
        ...(link === undefined ? {} : { link }),
        full: { kind: 'status', status },
      },
    ],
  };
  if (reading !== 'explains') return { ...base, role: 'context', severity: 'info', confidence: 0.8 };
  return {
    ...base,
    role: 'cause',
    cause: 'vendor-outage',
    severity: state === 'outage' ? 'critical' : 'major',
    confidence: confidenceOf(status),
    onset: at,
    ...exactly(`${entity.name} ${kind} ${state}`),
  };
}

function claimOf(
  { provider, at, until, text, components = [], kind, state, usedBy = [] }: VendorStatus,
  reading: Statement['reading'],
): string {
  const parts = components.length > 0 ? ` of ${formatList(components, 3)}` : '';
  const what =
    kind === 'maintenance' ? `planned maintenance${parts}` : `${state === 'outage' ? 'an outage' : 'trouble'}${parts}`;
  const users = usedBy.length > 0 ? `, which ${formatList(usedBy, 3)} ${usedBy.length === 1 ? 'uses' : 'use'}` : '';
  const since = readableTimes(at);
  switch (reading) {
    case 'explains':
      return `${provider}${users}, reports ${what} since ${since}${until === undefined ? '' : `, until ${readableTimes(until)}`}: ${text}`.replace(
        /^([^,]*), reports/,
        users === '' ? '$1 reports' : '$1, reports',
      );
    case 'elsewhere':
      return `${provider} reports ${what} since ${since}; nothing links that to the page: ${text}`;
    case 'over':
      return `${provider} reported ${what}, which ended before the page: ${text}`;
    case 'later':
      return `${provider} announces ${what} from ${since}, after the page: ${text}`;
    case 'fine':
      return `${provider} says that ${components.length > 0 ? formatList(components, 3) : 'all of it'} works. Status pages follow an outage with a delay.`;
  }
}
