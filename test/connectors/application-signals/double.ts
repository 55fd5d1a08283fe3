// A double of Application Signals over the SDK's wire (REST with JSON). It behaves as the API reference says
// (https://docs.aws.amazon.com/applicationsignals/latest/APIReference/): ListServices, ListServiceDependencies and ListServiceDependents return 1 to 100
// entries a page with NextToken, round both ends to the nearest hour and return them, and the latter two need Type, Name and Environment. Services look
// like the example of the AWS CLI (awscli/examples/application-signals/list-services.rst).
import { type Answer, type Asked, serve, type TestServer } from '../../server.ts';
import { refusal } from '../xray/double.ts';

type Key = Readonly<Record<string, string>>;
export interface Edge {
  readonly operation: string;
  readonly from: Key;
  readonly to: Key;
}

export const service = (Name: string, Environment: string): Key => ({ Type: 'Service', Name, Environment });

interface Options {
  readonly services: readonly Key[];
  readonly edges: readonly Edge[];
  /** Entries that the service puts into its list of services, as they are. */
  readonly raw?: readonly unknown[];
  /** Answers instead, for operations that it chooses. */
  readonly instead?: (operation: string, asked: Asked) => Answer | undefined;
}

const hour = 3600;
/** The SDK writes times of a query as RFC 3339, the format that Smithy prescribes there; a raw query has epoch seconds. */
const secondsOf = (text: string) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text) / 1000);
const rounded = (text: string | null) => Math.round(secondsOf(text ?? '') / hour) * hour;
const isSame = (a: Key, b: Key) => a.Type === b.Type && a.Name === b.Name && a.Environment === b.Environment;

export function applicationSignalsDouble({ services, edges, raw = [], instead }: Options): Promise<TestServer> {
  return serve((asked) => {
    const { pathname, searchParams } = new URL(asked.path, 'http://double');
    const operation = pathname.slice(1);
    const other = instead?.(operation, asked);
    if (other !== undefined) return other;
    const [StartTime, EndTime] = [rounded(searchParams.get('StartTime')), rounded(searchParams.get('EndTime'))];
    const size = Number(searchParams.get('MaxResults') ?? 50);
    if (!(StartTime < EndTime) || size < 1 || size > 100) return refusal('ValidationException');
    const paged = (field: string, all: readonly unknown[]): Answer => {
      const from = Number(searchParams.get('NextToken') ?? 0);
      const more = from + size < all.length ? { NextToken: String(from + size) } : {};
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ StartTime, EndTime, [field]: all.slice(from, from + size), ...more }),
      };
    };
    if (operation === 'services' && asked.method === 'GET')
      return paged('ServiceSummaries', [
        ...services.map((KeyAttributes) => ({
          KeyAttributes,
          AttributeMaps: [{ PlatformType: 'Generic' }],
          MetricReferences: [],
        })),
        ...raw,
      ]);
    const key: Key = JSON.parse(asked.body).KeyAttributes;
    if (!key.Type || !key.Name || !key.Environment) return refusal('ValidationException');
    if (operation === 'service-dependencies')
      return paged(
        'ServiceDependencies',
        edges
          .filter(({ from }) => isSame(from, key))
          .map(({ operation: OperationName, to }) => ({
            OperationName,
            DependencyKeyAttributes: to,
            DependencyOperationName: 'GET /',
            MetricReferences: [],
          })),
      );
    return paged(
      'ServiceDependents',
      edges
        .filter(({ to }) => isSame(to, key))
        .map(({ operation: DependentOperationName, from }) => ({
          DependentOperationName,
          DependentKeyAttributes: from,
          MetricReferences: [],
        })),
    );
  });
}
