// Reads what vendors' status pages say: which statements are about what we use, whether they hold now, and how much they can explain. Pure. A page
// follows an outage with a delay, so that a page without trouble rules nothing out.
import type { TimeWindow } from '../../model/entity.ts';
import type { VendorStatus } from '../../model/telemetry.ts';

export interface Statement {
  readonly status: VendorStatus;
  /**
   * `explains`: trouble at a part that we use. `elsewhere`: trouble at other parts, or of a vendor that nothing links to the page. `over`: it ended
   * before the trouble. `later`: it began after the page. `fine`: the part that we use is said to work.
   */
  readonly reading: 'explains' | 'elsewhere' | 'over' | 'later' | 'fine';
}

export interface StatementQuestion {
  /** The window of the incident. */
  readonly window: TimeWindow;
  readonly pagedAt: string;
  /** The text of the alert. */
  readonly misbehaviour: string;
}

/** Statements with a kind, which a live page gives. Plain feeds of recordings have none and are left out. */
export function statementsIn(statuses: readonly VendorStatus[], question: StatementQuestion): readonly Statement[] {
  return statuses
    .filter(({ kind }) => kind !== undefined)
    .map((status) => ({ status, reading: readingOf(status, question) }));
}

/** Minutes by which clocks and pages may differ from the alert. */
const toleranceMs = 10 * 60_000;

function readingOf(status: VendorStatus, { window, pagedAt, misbehaviour }: StatementQuestion): Statement['reading'] {
  const { state, kind, at, until, relevant } = status;
  if (relevant === false) return 'elsewhere';
  if (state === 'operational' || state === 'unknown') return 'fine';
  // Vendors publish an incident after it began, so one that begins soon after the page can be behind it; planned work begins on time.
  if (Date.parse(at) > Date.parse(pagedAt) + (kind === 'maintenance' ? 0 : toleranceMs)) return 'later';
  if (until !== undefined && Date.parse(until) < Date.parse(window.start)) return 'over';
  return relevant === true || isNamed(status, misbehaviour) ? 'explains' : 'elsewhere';
}

/** Whether the alert names the vendor or one of its hosts. */
function isNamed({ provider, hosts = [] }: VendorStatus, text: string): boolean {
  const said = ` ${text.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, ' ')} `;
  const name = provider
    .toLowerCase()
    .replace(/\b(?:status|inc|llc|ltd|gmbh)\b\.?/g, '')
    .replaceAll(/[^a-z0-9.-]+/g, ' ')
    .trim();
  return (name.length >= 3 && said.includes(` ${name} `)) || hosts.some((host) => said.includes(` ${host} `));
}
