// The calls of Application Signals' API that we need (https://docs.aws.amazon.com/applicationsignals/latest/APIReference/): services, what each calls,
// and who calls one. Each lists at most 100 entries a page, for a period whose ends AWS rounds to the nearest hour.
import {
  type ApplicationSignalsClient,
  ListServiceDependenciesCommand,
  ListServiceDependentsCommand,
  ListServicesCommand,
} from '@aws-sdk/client-application-signals';
import * as z from 'zod';
import { type Answered, type Deadline, send } from '../aws-calls.ts';
import type { Period } from '../trace-question.ts';

export interface ApplicationSignalsParts {
  readonly client: Pick<ApplicationSignalsClient, 'send'>;
  readonly deadline: Deadline;
}

/** `Type`, and `Name`, `Environment`, `ResourceType` or `Identifier` by type. The reference gives the pattern of values. */
const KeyAttributes = z.record(
  z.string().regex(/^[a-zA-Z]{1,50}$/),
  z
    .string()
    .max(1024)
    .regex(/^[ -~]*[!-~]+[ -~]*$/),
);
export type KeyAttributes = z.infer<typeof KeyAttributes>;

/** An entry of another form does not cost the other entries of its page. */
const rowsOf = <Row extends z.ZodType>(row: Row) =>
  z.array(z.unknown()).transform((all) => {
    const read = all.flatMap((one) => {
      const { success, data } = row.safeParse(one);
      return success ? [data] : [];
    });
    return { read, unreadable: all.length - read.length };
  });
const page = { EndTime: z.date().nullish(), NextToken: z.string().nullish() };
const ServicePage = z.object({
  ServiceSummaries: rowsOf(
    z.object({ KeyAttributes, AttributeMaps: z.array(z.record(z.string(), z.string())).nullish() }),
  ),
  ...page,
});
const DependencyPage = z.object({
  ServiceDependencies: rowsOf(z.object({ DependencyKeyAttributes: KeyAttributes })),
  ...page,
});
const DependentPage = z.object({
  ServiceDependents: rowsOf(z.object({ DependentKeyAttributes: KeyAttributes })),
  ...page,
});

export interface Service {
  readonly key: KeyAttributes;
  readonly name: string;
  readonly cluster: string | undefined;
}

export interface Pages<Row> {
  readonly rows: readonly Row[];
  /** Entries of another form. */
  readonly unreadable: number;
  /** Whether pages beyond the limit, or behind a failure, exist. */
  readonly isCut: boolean;
  /** The failure of a later page, in our words. */
  readonly failure?: string;
  /** The end of the period that AWS used. */
  readonly end: Date | undefined;
}

const rowsOfPage = 100;
const maxPages = 10;

interface Page<Row> {
  readonly rows: { readonly read: readonly Row[]; readonly unreadable: number };
  readonly token: string | null | undefined;
  readonly end: Date | null | undefined;
}

/** The first page fails as a whole; a later one leaves those before it. */
async function pagesOf<Row>(
  ask: (token: string | undefined) => Promise<Answered<Page<Row>>>,
): Promise<Answered<Pages<Row>>> {
  const rows: Row[] = [];
  let unreadable = 0;
  let end: Date | undefined;
  let token: string | undefined;
  for (let count = 0; count < maxPages; count += 1) {
    const answer = await ask(token);
    if (answer.kind === 'failed') {
      if (count === 0) return answer;
      return { kind: 'ok', data: { rows, unreadable, isCut: true, failure: answer.reason, end } };
    }
    rows.push(...answer.data.rows.read);
    unreadable += answer.data.rows.unreadable;
    end = answer.data.end ?? end;
    token = answer.data.token || undefined;
    if (token === undefined) break;
  }
  return { kind: 'ok', data: { rows, unreadable, isCut: token !== undefined, end } };
}

const pageOf = <Data, Row>(answer: Answered<Data>, read: (data: Data) => Page<Row>): Answered<Page<Row>> =>
  answer.kind === 'failed' ? answer : { kind: 'ok', data: read(answer.data) };

const bounds = ({ start, end }: Period) => ({
  StartTime: new Date(start),
  EndTime: new Date(end),
  MaxResults: rowsOfPage,
});

/** The instrumented services; other entries of the list have no name of their own. */
export const listServices = (
  { client, deadline }: ApplicationSignalsParts,
  period: Period,
): Promise<Answered<Pages<Service>>> =>
  pagesOf(async (NextToken) => {
    const command = new ListServicesCommand({ ...bounds(period), NextToken });
    const answer = await send('application-signals:ListServices', ServicePage, () =>
      client.send(command, { abortSignal: deadline.signal }),
    );
    return pageOf(answer, ({ ServiceSummaries: { read, unreadable }, NextToken: token, EndTime: end }) => ({
      rows: { read: read.flatMap(serviceOf), unreadable },
      token,
      end,
    }));
  });

/** What the service calls. */
export const listDependencies = (
  { client, deadline }: ApplicationSignalsParts,
  key: KeyAttributes,
  period: Period,
): Promise<Answered<Pages<KeyAttributes>>> =>
  pagesOf(async (NextToken) => {
    const command = new ListServiceDependenciesCommand({ ...bounds(period), KeyAttributes: key, NextToken });
    const answer = await send('application-signals:ListServiceDependencies', DependencyPage, () =>
      client.send(command, { abortSignal: deadline.signal }),
    );
    return pageOf(answer, ({ ServiceDependencies: { read, unreadable }, NextToken: token, EndTime: end }) => ({
      rows: { read: read.map((one) => one.DependencyKeyAttributes), unreadable },
      token,
      end,
    }));
  });

/** What calls the service: services, canaries and browsers. */
export const listDependents = (
  { client, deadline }: ApplicationSignalsParts,
  key: KeyAttributes,
  period: Period,
): Promise<Answered<Pages<KeyAttributes>>> =>
  pagesOf(async (NextToken) => {
    const command = new ListServiceDependentsCommand({ ...bounds(period), KeyAttributes: key, NextToken });
    const answer = await send('application-signals:ListServiceDependents', DependentPage, () =>
      client.send(command, { abortSignal: deadline.signal }),
    );
    return pageOf(answer, ({ ServiceDependents: { read, unreadable }, NextToken: token, EndTime: end }) => ({
      rows: { read: read.map((one) => one.DependentKeyAttributes), unreadable },
      token,
      end,
    }));
  });

function serviceOf({
  KeyAttributes: key,
  AttributeMaps,
}: {
  readonly KeyAttributes: KeyAttributes;
  readonly AttributeMaps?: readonly Readonly<Record<string, string>>[] | null | undefined;
}): Service[] {
  const { Type, Name } = key;
  if (Type !== 'Service' || Name === undefined) return [];
  const platform = (AttributeMaps ?? []).flatMap((map) => map['EKS.Cluster'] || map['K8s.Cluster'] || []);
  return [{ key, name: Name, cluster: clusterOf(key) ?? platform[0] }];
}

/** `eks:CLUSTER/NAMESPACE` and `k8s:CLUSTER/NAMESPACE` name a cluster; `lambda:default` and `ec2:GROUP` do not. */
export const clusterOf = ({ Environment }: KeyAttributes): string | undefined =>
  /^(?:eks|k8s):([^/]+)(?:\/|$)/.exec(Environment ?? '')?.[1];
