// What the emulator does not have of billing: Cost Explorer, on loopback, answering GetCostAndUsage in the shape of its published examples
// (https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html). The accounts are the emulator's own.
import { CreateAccountCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import * as z from 'zod';
import { serve, type TestServer } from '../server.ts';
import { clientOptions } from './deployment.ts';
import type { Emulator } from './emulator.ts';

const Query = z.object({
  TimePeriod: z.object({ Start: z.string(), End: z.string() }),
  Granularity: z.enum(['DAILY', 'MONTHLY']),
  Metrics: z.array(z.string()),
  GroupBy: z.array(z.object({ Type: z.string(), Key: z.string() })).optional(),
  Filter: z
    .object({ Dimensions: z.object({ Key: z.literal('LINKED_ACCOUNT'), Values: z.array(z.string()) }) })
    .optional(),
  NextPageToken: z.string().optional(),
});
export type BillQuery = z.infer<typeof Query>;

export interface Bill extends AsyncDisposable {
  readonly url: string;
  readonly queries: () => readonly BillQuery[];
}

const metrics = (Amount: string) => ({ UnblendedCost: { Amount, Unit: 'USD' } });

/** Services on two pages; the last month is closed. */
export async function playBill(): Promise<Bill> {
  const queries: BillQuery[] = [];
  const server: TestServer = await serve(({ headers, body }) => {
    const json = { 'content-type': 'application/x-amz-json-1.1' };
    if (headers['x-amz-target'] !== 'AWSInsightsIndexService.GetCostAndUsage')
      return { status: 400, headers: json, body: JSON.stringify({ __type: 'UnknownOperationException' }) };
    const query = Query.parse(JSON.parse(body));
    queries.push(query);
    const { GroupBy, TimePeriod, NextPageToken } = query;
    const groups =
      NextPageToken === undefined
        ? [['Amazon Elastic Compute Cloud - Compute', '4950.4216']]
        : [
            ['Amazon Simple Storage Service', '1602.09'],
            ['Tax', '-12.5'],
          ];
    return {
      headers: json,
      body: JSON.stringify({
        ...(NextPageToken === undefined ? { NextPageToken: 'page-2' } : {}),
        ...(GroupBy && { GroupDefinitions: GroupBy }),
        ResultsByTime: [
          {
            TimePeriod,
            Total: {},
            Groups: groups.map(([key, amount = '0']) => ({ Keys: [key], Metrics: metrics(amount) })),
            Estimated: false,
          },
        ],
        DimensionValueAttributes: [],
      }),
    };
  });
  return {
    url: server.url,
    queries: () => queries,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** An account of the emulator's organisation; its id. */
export async function createAccount(emulator: Emulator, name: string): Promise<string> {
  const organizations = new OrganizationsClient(clientOptions(emulator));
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
  );
  return CreateAccountStatus?.AccountId ?? '';
}
