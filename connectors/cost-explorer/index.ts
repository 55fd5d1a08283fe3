// The Costs port on AWS Cost Explorer and Organizations. Called with the payer's credentials it sees every account; with a member's only
// that one, which then is the whole answer. Each request to Cost Explorer costs money (0.01 US dollars), so nothing is asked twice.
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

/** Both live in one region, whatever region asks (docs.aws.amazon.com/general/latest/gr/billing.html). */
const region = 'us-east-1';
const timeouts = { requestTimeout: 15_000, connectionTimeout: 3000 };
const maxPages = 50;
const metric = 'UnblendedCost';

/** `role`: of the payer's account, assumed where these credentials are another's. */
export const costExplorer = (
  { role }: { readonly role?: string | undefined } = {},
  parts: CostExplorerParts = clientsAs(role),
): Costs => ({
  async accounts() {
    try {
      const accounts: Account[] = [];
      let NextToken: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const reply = await parts.organizations.send(new ListAccountsCommand({ NextToken }));
        for (const { Id, Name } of reply.Accounts ?? []) if (Id) accounts.push({ id: Id, name: Name ?? Id });
        NextToken = reply.NextToken;
        if (!NextToken) return { kind: 'data', accounts };
      }
      return gap(`There are more than ${maxPages} pages of accounts.`);
    } catch (error) {
      return gap(`Organizations did not answer (${nameOf(error)}).`);
    }
  },
  async costs(query) {
    try {
      const sums = new Map<string, number>();
      let estimated = false;
      let NextPageToken: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const reply = await parts.costExplorer.send(new GetCostAndUsageCommand({ ...requestOf(query), NextPageToken }));
        for (const { Groups, Estimated } of reply.ResultsByTime ?? []) {
          estimated ||= Estimated ?? false;
          for (const { Keys, Metrics } of Groups ?? []) {
            const amount = Number(Metrics?.[metric]?.Amount);
            const [key] = Keys ?? [];
            if (key !== undefined && Number.isFinite(amount)) sums.set(key, (sums.get(key) ?? 0) + amount);
          }
        }
        NextPageToken = reply.NextPageToken;
        if (!NextPageToken) return { kind: 'data', estimated, costs: greatestFirst(sums) };
      }
      return gap(`There are more than ${maxPages} pages of costs.`);
    } catch (error) {
      return gap(`Cost Explorer did not answer (${nameOf(error)}).`);
    }
  },
});

function clientsAs(role: string | undefined): CostExplorerParts {
  const credentials =
    role === undefined
      ? undefined
      : fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: 'watchkeeper-costs' } });
  const options = { region, requestHandler: timeouts, ...(credentials && { credentials }) };
  return { costExplorer: new CostExplorerClient(options), organizations: new OrganizationsClient(options) };
}

function requestOf({ accounts, start, end, by }: CostQuery): GetCostAndUsageCommandInput {
  return {
    TimePeriod: { Start: start, End: end },
    Granularity: 'MONTHLY',
    Metrics: [metric],
    GroupBy: [{ Type: 'DIMENSION', Key: by === 'service' ? 'SERVICE' : 'LINKED_ACCOUNT' }],
    ...(accounts.length > 0 && { Filter: { Dimensions: { Key: 'LINKED_ACCOUNT', Values: [...accounts] } } }),
  };
}

const greatestFirst = (sums: ReadonlyMap<string, number>): Cost[] =>
  [...sums].map(([key, usd]) => ({ key, usd })).sort((a, b) => b.usd - a.usd || a.key.localeCompare(b.key));

const gap = (reason: string) => ({ kind: 'gap', gap: { source: 'cost', reason } }) as const;
/** The class of an error, never its text: that may hold what was sent. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
