// Reads open findings about the paged service, selected by AWS: GuardDuty by instance and by workload
// (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListFindings.html), Inspector by repository
// (https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html), ECR's own scan of the newest image
// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html), and Security Hub by ARN
// (https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html).
import { DescribeImagesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import {
  GetFindingsCommand,
  type GuardDutyClient,
  ListDetectorsCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-guardduty';
import { type Inspector2Client, ListFindingsCommand as ListInspected } from '@aws-sdk/client-inspector2';
import { GetFindingsCommand as GetHubFindings, type SecurityHubClient } from '@aws-sdk/client-securityhub';
import * as z from 'zod';
import { SecurityFinding } from '../../core/model/security.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { clean, shorten } from '../../core/text.ts';
import { type Deadline, deadlineIn, send } from '../aws-calls.ts';
import type { AwsSecuritySettings } from './manifest.ts';

export interface AwsSecurityParts {
  readonly settings: AwsSecuritySettings;
  readonly clock: Clock;
  readonly guardDuty: Pick<GuardDutyClient, 'send'>;
  readonly inspector: Pick<Inspector2Client, 'send'>;
  readonly images: Pick<ECRClient, 'send'>;
  readonly hub: Pick<SecurityHubClient, 'send'>;
  readonly budgetMs: number;
}

/** What is read about: the paged service and its resources. */
interface Subject {
  readonly service: string;
  readonly workloads: readonly string[];
  readonly instances: readonly string[];
  readonly repositories: readonly string[];
  readonly arns: readonly string[];
  /** Findings that were updated since then. */
  readonly since: Date;
}

interface Read {
  readonly findings: readonly SecurityFinding[];
  readonly missing: readonly string[];
  readonly answered: boolean;
}
const nothing: Read = { findings: [], missing: [], answered: true };
const failed = (what: string, reason: string): Read => ({
  findings: [],
  missing: [`${what}: ${reason}.`],
  answered: false,
});

const lookBackDays = 7;
const maxFindings = 20;
const maxOfOne = 50;

export function awsSecurityFindings(parts: AwsSecurityParts): Source<'security'> {
  const { settings, clock, budgetMs } = parts;
  return {
    async observe({ service, window }, { instances }) {
      const own =
        service !== undefined && Object.hasOwn(settings.services, service) ? settings.services[service] : undefined;
      if (service === undefined)
        return { kind: 'data', data: [], query: 'no service', missing: ['The paged service is not known.'], bytes: 0 };
      const subject: Subject = {
        service,
        workloads: own?.workloads ?? [service],
        instances: [...new Set([...(own?.instances ?? []), ...instances])],
        repositories: own?.repositories ?? [],
        arns: own?.arns ?? [],
        since: new Date(Math.min(Date.parse(window.start), clock.now().getTime()) - lookBackDays * 86_400_000),
      };
      const deadline = deadlineIn(budgetMs);
      const readers = {
        guardduty: fromGuardDuty,
        inspector: fromInspector,
        ecr: fromEcr,
        'security-hub': fromHub,
      } as const;
      const read = await Promise.all(settings.read.map((one) => readers[one](subject, parts, deadline)));
      const missing = read.flatMap((one) => one.missing);
      if (read.every(({ answered }) => !answered))
        return { kind: 'gap', gap: { source: 'security findings', reason: missing.join(' ').slice(0, 300) } };
      const all = read.flatMap(({ findings }) => findings);
      const data = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxFindings);
      return {
        kind: 'data',
        data,
        query: `${settings.read.join(', ')} about ${service}`,
        missing: [...missing, ...(all.length > maxFindings ? [`${all.length - maxFindings} findings.`] : [])],
        bytes: JSON.stringify(data).length,
      };
    },
  };
}

const severities = ['critical', 'high', 'medium', 'low'] as const;
const rank = ({ kind, severity }: SecurityFinding): number =>
  (kind === 'threat' ? 0 : 10) + severities.indexOf(severity);

const words = (text: string | undefined, max = 390): string =>
  shorten(
    clean(text ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
    max,
  );

/** A finding that does not fit is left out; the caller counts. */
const valid = (findings: readonly unknown[]): SecurityFinding[] =>
  findings.flatMap((one) => {
    const read = SecurityFinding.safeParse(one);
    return read.success ? [read.data] : [];
  });

const instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString());

const Detectors = z.object({ DetectorIds: z.array(z.string().max(300)).default([]) });
const Ids = z.object({ FindingIds: z.array(z.string().max(300)).default([]), NextToken: z.string().optional() });
const Threats = z.object({
  Findings: z
    .array(
      z.object({
        Id: z.string(),
        Type: z.string(),
        Title: z.string().optional(),
        Severity: z.number(),
        CreatedAt: instant,
        UpdatedAt: instant,
        Service: z.object({ EventFirstSeen: instant.optional(), EventLastSeen: instant.optional() }).optional(),
        Resource: z
          .object({
            InstanceDetails: z.object({ InstanceId: z.string().optional() }).optional(),
            KubernetesDetails: z
              .object({ KubernetesWorkloadDetails: z.object({ Name: z.string().optional() }).optional() })
              .optional(),
          })
          .optional(),
      }),
    )
    .default([]),
});

async function fromGuardDuty(subject: Subject, { guardDuty }: AwsSecurityParts, deadline: Deadline): Promise<Read> {
  const options = { abortSignal: deadline.signal };
  const detectors = await send('ListDetectors', Detectors, () => guardDuty.send(new ListDetectorsCommand({}), options));
  if (detectors.kind === 'failed') return failed('GuardDuty', detectors.reason);
  const [DetectorId] = detectors.data.DetectorIds;
  if (DetectorId === undefined) return failed('GuardDuty', 'it is not enabled in this region');
  const by = [
    ['resource.instanceDetails.instanceId', subject.instances],
    ['resource.kubernetesDetails.kubernetesWorkloadDetails.name', subject.workloads],
  ] as const;
  const ids = new Set<string>();
  const missing: string[] = [];
  for (const [field, Equals] of by) {
    if (Equals.length === 0) continue;
    const Criterion = {
      [field]: { Equals: [...Equals] },
      'service.archived': { Equals: ['false'] },
      updatedAt: { GreaterThanOrEqual: subject.since.getTime() },
    };
    const listed = await send('ListFindings', Ids, () =>
      guardDuty.send(
        new ListFindingsCommand({
          DetectorId,
          FindingCriteria: { Criterion },
          SortCriteria: { AttributeName: 'severity', OrderBy: 'DESC' },
          MaxResults: maxOfOne,
        }),
        options,
      ),
    );
    if (listed.kind === 'failed') return failed('GuardDuty', listed.reason);
    for (const id of listed.data.FindingIds) ids.add(id);
    if (listed.data.NextToken) missing.push(`GuardDuty: findings beyond the gravest ${maxOfOne}.`);
  }
  if (ids.size === 0) return { ...nothing, missing };
  const FindingIds = [...ids].slice(0, maxOfOne);
  const got = await send('GetFindings', Threats, () =>
    guardDuty.send(new GetFindingsCommand({ DetectorId, FindingIds }), options),
  );
  if (got.kind === 'failed') return failed('GuardDuty', got.reason);
  const findings = got.data.Findings.flatMap(({ Resource, Service, ...one }) => {
    const instance = Resource?.InstanceDetails?.InstanceId;
    const workload = Resource?.KubernetesDetails?.KubernetesWorkloadDetails?.Name;
    // AWS selects; a finding about another resource is no reason to believe it.
    const isOwn = subject.instances.includes(instance ?? '') || subject.workloads.includes(workload ?? '');
    if (!isOwn) return [];
    return [
      {
        id: one.Id,
        from: 'guardduty',
        kind: 'threat',
        type: words(one.Type, 200),
        title: words(one.Title),
        severity: one.Severity >= 9 ? 'critical' : one.Severity >= 7 ? 'high' : one.Severity >= 4 ? 'medium' : 'low',
        at: Service?.EventFirstSeen ?? one.CreatedAt,
        lastAt: Service?.EventLastSeen ?? one.UpdatedAt,
        service: subject.service,
        resource:
          workload !== undefined && subject.workloads.includes(workload)
            ? { kind: 'Workload', name: words(workload) }
            : { kind: 'Instance', name: instance },
      },
    ];
  });
  return { findings: valid(findings), missing, answered: true };
}

const Inspected = z.object({
  findings: z
    .array(
      z.object({
        findingArn: z.string(),
        severity: z.string(),
        title: z.string().optional(),
        firstObservedAt: z.date(),
        packageVulnerabilityDetails: z.object({ vulnerabilityId: z.string() }).optional(),
      }),
    )
    .default([]),
  nextToken: z.string().optional(),
});

/** Weaknesses of one severity in one repository are one entry with a count. */
async function fromInspector(subject: Subject, { inspector }: AwsSecurityParts, deadline: Deadline): Promise<Read> {
  const read = await Promise.all(
    subject.repositories.map(async (repository): Promise<Read> => {
      const answer = await send('ListFindings', Inspected, () =>
        inspector.send(
          new ListInspected({
            maxResults: 100,
            filterCriteria: {
              ecrImageRepositoryName: [{ comparison: 'EQUALS', value: repository }],
              findingStatus: [{ comparison: 'EQUALS', value: 'ACTIVE' }],
              severity: ['CRITICAL', 'HIGH'].map((value) => ({ comparison: 'EQUALS', value })),
            },
          }),
          { abortSignal: deadline.signal },
        ),
      );
      if (answer.kind === 'failed') return failed(`Inspector (${repository})`, answer.reason);
      const bySeverity = Map.groupBy(answer.data.findings, ({ severity }) => severity.toLowerCase());
      const findings = [...bySeverity].map(([severity, ones]) => {
        const [first] = ones.toSorted((a, b) => b.firstObservedAt.getTime() - a.firstObservedAt.getTime());
        return {
          id: `inspector ${repository} ${severity}`,
          from: 'inspector',
          kind: 'weakness',
          type: words(first?.packageVulnerabilityDetails?.vulnerabilityId, 200) || 'vulnerability',
          title: words(first?.title),
          severity,
          at: first?.firstObservedAt.toISOString(),
          service: subject.service,
          resource: { kind: 'Image', name: repository },
          count: ones.length,
        };
      });
      return {
        findings: valid(findings),
        missing: answer.data.nextToken ? [`Inspector (${repository}): weaknesses beyond the first 100.`] : [],
        answered: true,
      };
    }),
  );
  return joined(read);
}

const Scanned = z.object({
  imageDetails: z
    .array(
      z.object({
        imageTags: z.array(z.string()).optional(),
        imagePushedAt: z.date().optional(),
        imageScanFindingsSummary: z
          .object({
            imageScanCompletedAt: z.date().optional(),
            findingSeverityCounts: z.record(z.string(), z.number()).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  nextToken: z.string().optional(),
});

async function fromEcr(subject: Subject, { images }: AwsSecurityParts, deadline: Deadline): Promise<Read> {
  const read = await Promise.all(
    subject.repositories.map(async (repositoryName): Promise<Read> => {
      const answer = await send('DescribeImages', Scanned, () =>
        images.send(new DescribeImagesCommand({ repositoryName, filter: { tagStatus: 'TAGGED' }, maxResults: 1000 }), {
          abortSignal: deadline.signal,
        }),
      );
      if (answer.kind === 'failed') return failed(`ECR (${repositoryName})`, answer.reason);
      const time = (date: Date | undefined) => date?.getTime() ?? 0;
      const [newest] = answer.data.imageDetails.toSorted((a, b) => time(b.imagePushedAt) - time(a.imagePushedAt));
      const summary = newest?.imageScanFindingsSummary;
      if (summary?.findingSeverityCounts === undefined)
        return { findings: [], missing: [`ECR (${repositoryName}): its newest image has no scan.`], answered: true };
      const at = (summary.imageScanCompletedAt ?? newest?.imagePushedAt ?? subject.since).toISOString();
      const findings = Object.entries(summary.findingSeverityCounts).flatMap(([severity, count]) =>
        /^(?:CRITICAL|HIGH)$/.test(severity) && count > 0
          ? [
              {
                id: `ecr ${repositoryName} ${severity}`,
                from: 'ecr',
                kind: 'weakness',
                type: 'scan of the newest image',
                title: words(`of ${repositoryName}:${newest?.imageTags?.[0] ?? 'untagged'}`),
                severity: severity.toLowerCase(),
                at,
                service: subject.service,
                resource: { kind: 'Image', name: repositoryName },
                count,
              },
            ]
          : [],
      );
      return {
        findings: valid(findings),
        missing: answer.data.nextToken ? [`ECR (${repositoryName}): images beyond the first 1,000.`] : [],
        answered: true,
      };
    }),
  );
  return joined(read);
}

const HubFindings = z.object({
  Findings: z
    .array(
      z.object({
        Id: z.string(),
        Title: z.string(),
        Types: z.array(z.string()).default([]),
        Severity: z.object({ Label: z.string() }),
        FirstObservedAt: instant.optional(),
        CreatedAt: instant,
        UpdatedAt: instant,
        ProductName: z.string().optional(),
        Resources: z.array(z.object({ Id: z.string() })).default([]),
      }),
    )
    .default([]),
  NextToken: z.string().optional(),
});

/** Findings of GuardDuty and Inspector are left to these services. */
async function fromHub(subject: Subject, { hub }: AwsSecurityParts, deadline: Deadline): Promise<Read> {
  if (subject.arns.length === 0)
    return { ...nothing, missing: [`Security Hub: the settings name no ARN of ${subject.service}.`] };
  const equals = (Value: string) => ({ Value, Comparison: 'EQUALS' }) as const;
  const answer = await send('GetFindings', HubFindings, () =>
    hub.send(
      new GetHubFindings({
        MaxResults: 100,
        Filters: {
          ResourceId: subject.arns.map(equals),
          RecordState: [equals('ACTIVE')],
          WorkflowStatus: [equals('NEW'), equals('NOTIFIED')],
          SeverityLabel: [equals('CRITICAL'), equals('HIGH')],
        },
      }),
      { abortSignal: deadline.signal },
    ),
  );
  if (answer.kind === 'failed') return failed('Security Hub', answer.reason);
  const findings = answer.data.Findings.filter(
    ({ ProductName = '', Resources }) =>
      !/guardduty|inspector/i.test(ProductName) && Resources.some(({ Id }) => subject.arns.includes(Id)),
  ).map((one) => {
    const type = one.Types[0] ?? 'finding';
    return {
      id: one.Id,
      from: 'security-hub',
      // The top level of the types of the AWS Security Finding Format.
      kind: /^(?:TTPs|Effects|Unusual Behaviors)\b/.test(type) ? 'threat' : 'weakness',
      type: words(type, 200),
      title: words(one.Title),
      severity: one.Severity.Label.toLowerCase(),
      at: one.FirstObservedAt ?? one.CreatedAt,
      lastAt: one.UpdatedAt,
      service: subject.service,
      resource: { kind: 'Resource', name: one.Resources.find(({ Id }) => subject.arns.includes(Id))?.Id },
    };
  });
  return {
    findings: valid(findings),
    missing: answer.data.NextToken ? ['Security Hub: findings beyond the first 100.'] : [],
    answered: true,
  };
}

const joined = (read: readonly Read[]): Read => ({
  findings: read.flatMap(({ findings }) => findings),
  missing: read.flatMap(({ missing }) => missing),
  answered: read.length === 0 || read.some(({ answered }) => answered),
});
