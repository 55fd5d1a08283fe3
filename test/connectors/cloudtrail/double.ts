// A double of CloudTrail's event history, written from the API reference of LookupEvents (docs.aws.amazon.com/awscloudtrail/latest/APIReference/
// API_LookupEvents.html): one attribute a request, at most 50 events a page, newest first, a token for the next page, two requests a second for an
// account and region and a ThrottlingException above that, the last 90 days.
import { serve } from '../../server.ts';

export interface Happened {
  readonly id?: string;
  readonly name: string;
  readonly source?: string;
  readonly at: string;
  readonly readOnly?: boolean;
  readonly resources?: readonly string[];
  /** Fields of the whole event. */
  readonly whole?: object;
  /** Replaces the whole event's text. */
  readonly text?: string;
}

interface Options {
  /** Absent, there is no limit. */
  readonly perSecond?: number;
  readonly refuse?: string;
}

const json = { 'content-type': 'application/x-amz-json-1.1' };
const fault = (type: string) => ({
  status: 400,
  headers: json,
  body: JSON.stringify({ __type: type, message: '<script>x' }),
});

export function cloudTrailDouble(happened: readonly Happened[], { perSecond, refuse }: Options = {}) {
  const asked: number[] = [];
  return serve(({ headers, body }) => {
    if (headers['x-amz-target'] !== 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents')
      if (!String(headers['x-amz-target']).endsWith('CloudTrail_20131101.LookupEvents'))
        return fault('UnknownOperation');
    if (refuse !== undefined) return fault(refuse);
    const now = performance.now();
    asked.push(now);
    if (perSecond !== undefined && asked.filter((at) => at > now - 1000).length > perSecond)
      return fault('ThrottlingException');
    const request = JSON.parse(body);
    if ((request.LookupAttributes ?? []).length > 1) return fault('InvalidLookupAttributesException');
    if (request.MaxResults > 50) return fault('InvalidMaxResultsException');
    const [attribute] = request.LookupAttributes ?? [];
    const fitting = happened
      .filter(({ at }) => Date.parse(at) / 1000 >= request.StartTime && Date.parse(at) / 1000 <= request.EndTime)
      .filter(({ source = 'ec2', resources = [] }) =>
        attribute?.AttributeKey === 'EventSource'
          ? `${source}.amazonaws.com` === attribute.AttributeValue
          : resources.includes(attribute?.AttributeValue),
      )
      .toSorted((a, b) => b.at.localeCompare(a.at));
    const from = Number(request.NextToken ?? 0);
    return {
      headers: json,
      body: JSON.stringify({
        Events: fitting.slice(from, from + 50).map((one) => eventOf(one, happened.indexOf(one))),
        ...(fitting.length > from + 50 ? { NextToken: String(from + 50) } : {}),
      }),
    };
  });
}

const eventOf = (
  { id, name, source = 'ec2', at, readOnly = false, resources = [], whole = {}, text }: Happened,
  index: number,
) => ({
  EventId: id ?? `e-${index}`,
  EventName: name,
  ReadOnly: String(readOnly),
  EventTime: Date.parse(at) / 1000,
  EventSource: `${source}.amazonaws.com`,
  Username: 'jo',
  Resources: resources.map((ResourceName) => ({ ResourceType: 'AWS::EC2::SecurityGroup', ResourceName })),
  CloudTrailEvent:
    text ??
    JSON.stringify({
      eventVersion: '1.10',
      eventName: name,
      awsRegion: 'eu-west-1',
      recipientAccountId: '111122223333',
      readOnly,
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111122223333:assumed-role/Admin/jo@example.com',
        sessionContext: { sessionIssuer: { type: 'Role', userName: 'Admin' } },
      },
      ...whole,
    }),
});
