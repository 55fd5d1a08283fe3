// The AWS specialist: finds what is wrong with the resources of AWS around the page (core/analysis/aws). In a second round and after an action it covers
// only the resources in focus, and reports which of them are well.
import { analyzeResources, callsOfResources, observationsIn, sceneOf } from '../../analysis/aws/index.ts';
import type { AwsResource } from '../../model/aws-resources.ts';
import { type EntityRef, sameWorkload } from '../../model/entity.ts';
import type { Brief, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { nameOfResource } from '../../topology/aws-resources.ts';
import { formatList } from '../../wording.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type AwsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateAws(brief: Brief, ports: AwsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const { resources } = brief.context;
  const observed = await ports.telemetry.resources.observe(scopeOf(brief, 'everywhere'), { resources });
  if (observed.kind === 'gap') {
    const draft = { summary: 'AWS resources could not be read.', findings: [], gaps: [observed.gap], bytesRead: 0 };
    return finishReport(brief, draft, startedAt, ports);
  }
  const scene = sceneOf(observed.data, brief.context.window, observed.query);
  const all = analyzeResources(scene);
  const narrowed = brief.phase === 'verify' || brief.round > 1;
  const inFocus = (entity: EntityRef) => brief.focus.some((one) => sameWorkload(one, entity));
  const findings: FindingDraft[] = narrowed ? all.filter(({ entity }) => inFocus(entity)) : all;
  const names = scene.resources.map(nameOfResource);
  return finishReport(
    brief,
    {
      summary: summaryOf(findings, names),
      findings,
      gaps: [...gapsIn('aws', observed), ...unread(brief, scene.resources, observed)],
      bytesRead: observed.bytes,
      ...(narrowed ? {} : { topology: { calls: callsOfResources(scene.resources).slice(0, 200), databases: [] } }),
      ...(brief.phase === 'verify' ? {} : { observations: observationsIn(scene).slice(0, 40) }),
    },
    startedAt,
    ports,
  );
}

/** Resources that no source covers: each of several sources leaves those of other accounts to the others. */
function unread(
  { context }: Brief,
  read: readonly AwsResource[],
  {
    missing = [],
    gaps = [],
  }: { readonly missing?: readonly string[] | undefined; readonly gaps?: readonly Gap[] | undefined },
): Gap[] {
  const said = [...missing, ...gaps.map(({ reason }) => reason)].join('\n');
  const silent = context.resources.filter(
    ({ type, name, account }) =>
      !said.includes(`${type} ${name}:`) &&
      !read.some((one) => one.type === type && one.name === name && (account === undefined || one.account === account)),
  );
  if (silent.length === 0) return [];
  const names = silent.map(
    ({ type, name, account }) => `${type} ${name}${account === undefined ? '' : ` in ${account}`}`,
  );
  return [
    {
      source: 'aws',
      reason: `No source reads ${formatList(names, 4)}: their accounts are not among its accounts.`.slice(0, 300),
    },
  ];
}

function summaryOf(findings: readonly FindingDraft[], names: readonly string[]): string {
  const problems = findings
    .filter(({ role }) => role !== 'context' && role !== 'change')
    .sort((a, b) => b.confidence - a.confidence);
  if (problems.length > 0)
    return problems
      .slice(0, 2)
      .map(({ claim }) => claim)
      .join(' ');
  return names.length === 0
    ? 'None of the AWS resources could be read.'
    : `${formatList(names, 5)}: nothing is wrong that their metrics and states would show.`;
}
