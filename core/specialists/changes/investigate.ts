// The changes specialist: finds changes before the page, near the affected service, that can explain the incident. It reads changes and the
// vendors' status feeds only. core/diagnosis weighs the changes against metrics and logs.

import { feedText, type OutsideSign, outsideSigns } from '../../analysis/changes/outside.ts';
import { type Ranking, rankChanges, type Suspect } from '../../analysis/changes/rank.ts';
import type { CauseCode } from '../../causes/causes.ts';
import type { EntityRef, TimeWindow } from '../../model/entity.ts';
import type { Brief, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Change } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { shorten } from '../../text.ts';
import { clockTime, formatPercent } from '../../wording.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type ChangesPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

/** Hours to look back before the incident's window, because a change can cause trouble later. */
const lookBackHours = 48;
const maxSuspects = 5;
/** Suspects below this confidence are not worth reporting. */
const leastConfidence = 0.03;
const leastLogOdds = -2;

export async function investigateChanges(brief: Brief, ports: ChangesPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const window = windowOf(brief);
  const scope = scopeOf(brief, 'everywhere');
  const [changes, feeds] = await Promise.all([
    ports.telemetry.changes.observe({ ...scope, window }, {}),
    ports.telemetry.status.observe({ ...scope, window: brief.context.window.incident }, {}),
  ]);
  const misbehaviour = misbehaviourOf(brief);
  const signs = outsideSigns(misbehaviour, feeds.kind === 'data' ? feeds.data : []);
  const outside = signs.map((sign) => outsideFinding(sign, brief, feeds, window));
  if (changes.kind === 'gap') {
    const draft = {
      summary: summaryOfGap(changes.gap, signs),
      findings: outside.flat(),
      gaps: [changes.gap],
      bytesRead: 0,
    };
    return finishReport(brief, draft, startedAt, ports);
  }
  const ranking = rankChanges(changes.data, {
    service: subjectOf(brief),
    callees: [...brief.context.callees, ...(brief.round > 1 ? brief.focus.slice(1).map(({ name }) => name) : [])],
    callers: brief.context.callers,
    misbehaviour,
    pagedAt: brief.trigger.occurredAt,
    environment: brief.context.environment?.value,
    outsideSigns: signs.length,
  });
  // Signals may show more of a change than the alert does, so a few are reported that the alert alone does not lead to.
  const likely = ranking.suspects
    .slice(0, maxSuspects)
    .filter(({ confidence, logOdds }, place) => confidence >= leastConfidence || (place < 2 && logOdds > leastLogOdds));
  const suspects = likely.map((suspect) => suspectFinding(suspect, brief, changes.query, window));
  const none = noneFinding(ranking, changes, brief, window);
  return finishReport(
    brief,
    {
      summary: summaryOf(ranking, changes.data.length, likely, signs),
      findings: [...outside.flat(), ...suspects, ...none],
      gaps: gapsIn('changes', changes),
      bytesRead: changes.bytes + (feeds.kind === 'data' ? feeds.bytes : 0),
    },
    startedAt,
    ports,
  );
}

function windowOf(brief: Brief): TimeWindow {
  const { incident } = brief.context.window;
  return { start: new Date(Date.parse(incident.start) - lookBackHours * 3_600_000).toISOString(), end: incident.end };
}

/** The entity in focus in a later round, otherwise the paged service or workload. */
const subjectOf = (brief: Brief): string | undefined =>
  brief.round > 1 && brief.focus[0]
    ? brief.focus[0].name
    : (brief.context.service?.value ?? brief.context.workload?.name);

const misbehaviourOf = (brief: Brief): string =>
  [...new Set([brief.trigger.title, ...Object.values(brief.trigger.details)])].join('\n').slice(0, 20_000);

const causeOf: Record<Change['kind'], CauseCode> = {
  deploy: 'code-change',
  commit: 'code-change',
  flag: 'flag-change',
  config: 'config-change',
  infrastructure: 'infrastructure-change',
};

function entityOf(brief: Brief, service: string | undefined): EntityRef {
  const { context } = brief;
  const name = service ?? subjectOf(brief) ?? context.namespace?.value ?? 'unknown';
  const own = name === context.service?.value;
  return {
    kind: 'Service',
    name,
    ...(own && context.namespace ? { namespace: context.namespace.value } : {}),
    ...(own && context.cluster ? { cluster: context.cluster.value } : {}),
  };
}

function suspectFinding(suspect: Suspect, brief: Brief, query: string, window: TimeWindow): FindingDraft {
  const { live, confidence, why, against } = suspect;
  const { change, deploy } = live;
  const label = change.commit ?? change.id;
  const short = /^[0-9a-f]{12,}$/.test(label) ? label.slice(0, 10) : digest.test(label) ? label.slice(0, 19) : label;
  const how =
    deploy && deploy !== change
      ? `, live on ${live.service ?? 'a service'} by ${deploy.version ?? deploy.id} at ${clockTime(live.at)}`
      : ` at ${clockTime(live.at)}`;
  const reason = why.slice(0, 3).join('; ');
  return {
    claim:
      `${wordOf(change)} ${short} "${shorten(change.title, 160)}"${how}: ${reason || 'nothing in particular points to it'}.`.slice(
        0,
        400,
      ),
    entity: (deploy ?? change).entity ?? entityOf(brief, live.service),
    cause: causeOf[change.kind],
    role: 'change',
    onset: live.at,
    severity: confidence >= 0.5 ? 'major' : confidence >= 0.2 ? 'minor' : 'info',
    confidence,
    changeId: change.id,
    evidence: [
      {
        source: 'changes',
        query,
        window,
        excerpt: excerptOf(change, [...why, ...against.map((text) => `but ${text}`)]),
        ...((change.link ?? deploy?.link) && { link: change.link ?? deploy?.link }),
        full: {
          kind: 'change',
          change: { ...change, ...(change.diff && { diff: change.diff.slice(0, 40_000) }) },
          deploy,
        },
      },
    ],
  };
}

const wordFor: Record<Change['kind'], string> = {
  deploy: 'Deploy',
  commit: 'Commit',
  flag: 'Flag',
  config: 'Configuration change',
  infrastructure: 'Infrastructure change',
};

const digest = /^sha256:[0-9a-f]{64}$/;
/** A registry records pushes of images in the manner of commits. */
const wordOf = ({ kind, to }: Change): string => (typeof to === 'string' && digest.test(to) ? 'Image' : wordFor[kind]);

function excerptOf(change: Change, reasons: readonly string[]): string {
  return [
    `${change.kind} ${change.id} at ${change.at}${change.author ? ` by ${change.author}` : ''}${change.service ? ` on ${change.service}` : ''}`,
    change.title,
    ...(change.files ? [change.files.slice(0, 10).join(', ')] : []),
    ...(change.from !== undefined || change.to !== undefined
      ? [`${JSON.stringify(change.from)} → ${JSON.stringify(change.to)}`]
      : []),
    ...reasons.slice(0, 6).map((reason) => `- ${reason}`),
    ...(change.diff ? [change.diff.slice(0, 1000)] : []),
  ].join('\n');
}

function outsideFinding(
  sign: OutsideSign,
  brief: Brief,
  feeds: Observed<readonly unknown[]>,
  window: TimeWindow,
): FindingDraft[] {
  const { status } = sign;
  if (!status && namedByAlert.has(sign.cause)) return [alertFinding(sign, brief, window)];
  if (!status || feeds.kind === 'gap') return [];
  return [
    {
      claim: `${sign.text[0]?.toUpperCase()}${sign.text.slice(1)} since ${clockTime(status.at)}: ${feedText(status).slice(0, 220)}`,
      entity: entityOf(brief, undefined),
      cause: sign.cause,
      role: 'cause',
      onset: status.at,
      severity: status.state === 'outage' ? 'critical' : 'major',
      confidence: 0.7,
      evidence: [
        {
          source: 'status',
          query: feeds.query,
          window,
          excerpt: `${status.at} ${status.provider} ${status.state}: ${status.text}`,
          full: { kind: 'status', status },
        },
      ],
    },
  ];
}

/** Causes that need neither a change nor an earlier symptom: the words of the alert are evidence of them. */
const namedByAlert: ReadonlySet<CauseCode> = new Set<CauseCode>(['certificate-expired', 'disk-full']);

function alertFinding({ text, cause }: OutsideSign, brief: Brief, window: TimeWindow): FindingDraft {
  return {
    claim: `${text[0]?.toUpperCase()}${text.slice(1)}: "${brief.trigger.title.slice(0, 200)}"`,
    entity: entityOf(brief, undefined),
    cause,
    role: 'cause',
    severity: 'major',
    confidence: 0.6,
    evidence: [
      {
        source: 'alert',
        query: 'alert',
        window,
        excerpt: misbehaviourOf(brief).slice(0, 1000),
        full: { kind: 'alert', text: misbehaviourOf(brief).slice(0, 4000) },
      },
    ],
  };
}

/** Reports that no change explains the page. This finding supports the causes of other specialists. */
function noneFinding(
  ranking: Ranking,
  changes: Extract<Observed<readonly Change[]>, { kind: 'data' }>,
  brief: Brief,
  window: TimeWindow,
): FindingDraft[] {
  if (ranking.none < 0.5) return [];
  const count = changes.data.filter((change) => change.at <= brief.trigger.occurredAt).length;
  return [
    {
      claim:
        count === 0
          ? `No change is recorded in the ${lookBackHours} h before the page.`
          : `None of the ${count} changes before the page explains what misbehaves.`,
      entity: entityOf(brief, undefined),
      role: 'context',
      severity: 'info',
      confidence: ranking.none,
      evidence: [
        {
          source: 'changes',
          query: changes.query,
          window,
          excerpt: changes.data
            .slice(-20)
            .map((change) => `${change.at} ${change.kind} ${change.service ?? ''} ${change.title}`)
            .join('\n'),
          full: { kind: 'changes', ids: changes.data.map((change) => change.id).slice(0, 500) },
        },
      ],
    },
  ];
}

function summaryOf(ranking: Ranking, count: number, likely: readonly Suspect[], signs: readonly OutsideSign[]): string {
  const outside =
    signs.length > 0
      ? ` ${signs
          .map((sign) => sign.text)
          .join('; ')
          .slice(0, 300)}.`
      : '';
  const [first] = likely;
  if (count === 0) return `No change is recorded before the page.${outside}`.trim();
  const examined = count === 1 ? '1 change' : `${count} changes`;
  if (!first || ranking.none >= 0.5) return `${examined} examined; none explains the page.${outside}`;
  const { change } = first.live;
  return `${examined} looked at. Most likely: "${shorten(change.title, 160)}" (${formatPercent(first.confidence)}), because ${first.why.slice(0, 3).join(', ')}.${outside}`;
}

const summaryOfGap = (gap: Gap, signs: readonly OutsideSign[]): string =>
  [`The changes are unknown: ${gap.reason}`, ...signs.map((sign) => sign.text)].join(' ');
