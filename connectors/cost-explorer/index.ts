// The Costs port on AWS Cost Explorer and Organizations. With the payer's credentials it sees every account; with a member's it sees only that
// account, which then is the complete answer. Each request to Cost Explorer costs 0.01 US dollars, so answers are cached for an hour; AWS updates
// the bill a few times a day. The SDK retries throttled requests.
import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandInput,
} from '@aws-sdk/client-cost-explorer';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { Account, Cost, CostQuery, Costs } from '../../core/ports/costs.ts';

interface CostExplorerParts {
  readonly costExplorer: Pick<CostExplorerClient, 'send'>;
  readonly organizations: Pick<OrganizationsClient, 'send'>;
}

/** Both services run in one region, whatever the caller's region is (docs.aws.amazon.com/general/latest/gr/billing.html). */
const region = 'us-east-1';
const timeouts = { requestTimeout: 15_000, connectionTimeout: 3000 };
const maxPages = 50;
const metric = 'UnblendedCost';

/** Costs of past days no longer change; AWS updates those of the current day less often than this. */
const keepMs = 3_600_000;
/** Accounts come and go, and listing them is free. */
const keepAccountsMs = 300_000;
const maxKept = 200;

/** `role`: a role of the payer's account, to assume if these credentials belong to another account. */
export function costExplorer(
  { role }: { readonly role?: string | undefined } = {},
  parts: CostExplorerParts = clientsAs(role),
  now: () => number = Date.now,
): Costs {
  const accounts = kept(() => readAccounts(parts), { forMs: keepAccountsMs, now });
  const costs = kept((query: CostQuery) => readCosts(query, parts), { forMs: keepMs, now });
  return { accounts: () => accounts(undefined), costs };
}

/** Caches answers: equal questions within the time, concurrent ones included, cause one request. Gaps are not cached. */
function kept<Q, A extends { readonly kind: 'data' | 'gap' }>(
  ask: (query: Q) => Promise<A>,
  { forMs, now }: { readonly forMs: number; readonly now: () => number },
): (query: Q) => Promise<A> {
  const answers = new Map<string, { readonly until: number; readonly answer: Promise<A> }>();
  return async (query) => {
    const key = JSON.stringify(query) ?? '';
    const known = answers.get(key);
    if (known && known.until > now()) return known.answer;
    const answer = ask(query);
    answers.delete(key);
    answers.set(key, { until: now() + forMs, answer });
    for (const oldest of [...answers.keys()].slice(0, Math.max(0, answers.size - maxKept))) answers.delete(oldest);
    const { kind } = await answer;
    if (kind === 'gap' && answers.get(key)?.answer === answer) answers.delete(key);
    return answer;
  };
}

async function readAccounts({ organizations }: CostExplorerParts): ReturnType<Costs['accounts']> {
  try {
    const accounts: Account[] = [];
    let NextToken: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const reply = await organizations.send(new ListAccountsCommand({ NextToken }));
      for (const { Id, Name, State, Status } of reply.Accounts ?? []) {
        const state = states[State ?? Status ?? ''];
        if (Id) accounts.push({ id: Id, name: Name ?? Id, ...(state && { state }) });
      }
      NextToken = reply.NextToken;
      if (!NextToken) return { kind: 'data', accounts };
    }
    return gap(`There are more than ${maxPages} pages of accounts.`);
  } catch (error) {
    return gap(`Organizations did not answer (${nameOf(error)}).`);
  }
}

/** `State` replaces `Status`; accounts in use have none. */
const states: Readonly<Record<string, Account['state']>> = {
  SUSPENDED: 'suspended',
  PENDING_CLOSURE: 'closing',
  CLOSED: 'closed',
};

async function readCosts(query: CostQuery, { costExplorer }: CostExplorerParts): ReturnType<Costs['costs']> {
  try {
    const sums = new Map<string, number>();
    let estimated = false;
    let NextPageToken: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const reply = await costExplorer.send(new GetCostAndUsageCommand({ ...requestOf(query), NextPageToken }));
      for (const { Groups, Estimated, TimePeriod, Total } of reply.ResultsByTime ?? []) {
        estimated ||= Estimated ?? false;
        // Without a grouping, the sum is in `Total`.
        const parts = inTime(query) ? [{ Keys: [TimePeriod?.Start ?? ''], Metrics: Total }] : (Groups ?? []);
        for (const { Keys, Metrics } of parts) {
          const amount = Number(Metrics?.[metric]?.Amount);
          const group = Keys?.[0];
          const key = group === undefined ? undefined : keyOf(group, query);
          if (group && key !== undefined && Number.isFinite(amount)) sums.set(key, (sums.get(key) ?? 0) + amount);
        }
      }
      NextPageToken = reply.NextPageToken;
      if (!NextPageToken)
        return { kind: 'data', estimated, costs: inTime(query) ? inOrder(sums) : greatestFirst(sums) };
    }
    return gap(`There are more than ${maxPages} pages of costs.`);
  } catch (error) {
    const name = nameOf(error);
    return gap(`Cost Explorer did not answer (${name}).${hints[name] ?? ''}`);
  }
}

/** Common causes of the errors of https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html. */
const hints: Readonly<Record<string, string>> = {
  ValidationException: ' It keeps 14 months, unless more is switched on in its settings.',
  DataUnavailableException: ' It has no data for that time yet: it takes a day after it is switched on.',
};

const inTime = ({ by }: CostQuery): boolean => by === 'day' || by === 'month';

function clientsAs(role: string | undefined): CostExplorerParts {
  const credentials =
    role === undefined
      ? undefined
      : fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: 'watchkeeper-costs' } });
  const options = { region, requestHandler: timeouts, ...(credentials && { credentials }) };
  return { costExplorer: new CostExplorerClient(options), organizations: new OrganizationsClient(options) };
}

function requestOf(query: CostQuery): GetCostAndUsageCommandInput {
  const { accounts, start, end, by } = query;
  return {
    TimePeriod: { Start: start, End: end },
    Granularity: by === 'day' ? 'DAILY' : 'MONTHLY',
    Metrics: [metric],
    ...(!inTime(query) && { GroupBy: [groupOf(query)] }),
    ...(accounts.length > 0 && { Filter: { Dimensions: { Key: 'LINKED_ACCOUNT', Values: [...accounts] } } }),
  };
}

/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GroupDefinition.html */
const groupOf = ({ by, tag }: CostQuery): { Type: 'DIMENSION' | 'TAG'; Key: string } =>
  by === 'tag' && tag !== undefined
    ? { Type: 'TAG', Key: tag }
    : { Type: 'DIMENSION', Key: by === 'service' ? 'SERVICE' : by === 'region' ? 'REGION' : 'LINKED_ACCOUNT' };

/** A group of a tag is named `key$value`; without the tag, `key$`. */
const keyOf = (key: string, { by, tag }: CostQuery): string =>
  by === 'tag' && tag !== undefined && key.startsWith(`${tag}$`) ? key.slice(tag.length + 1) : key;

const inOrder = (sums: ReadonlyMap<string, number>): Cost[] =>
  [...sums].map(([key, usd]) => ({ key, usd })).sort((a, b) => a.key.localeCompare(b.key));
const greatestFirst = (sums: ReadonlyMap<string, number>): Cost[] =>
  [...sums].map(([key, usd]) => ({ key, usd })).sort((a, b) => b.usd - a.usd || a.key.localeCompare(b.key));

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'cost', reason } }) as const;
/** The class of an error, never its text, because the text may contain the request. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
