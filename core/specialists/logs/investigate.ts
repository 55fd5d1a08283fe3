// The logs specialist: finds errors that are new or surging against the baseline, their onset, the one line to read, and stopped system units. It
// streams the logs and keeps only templates, counts and a few samples of each.

import {
  besideErrors,
  type NotableTemplate,
  notableTemplates,
  vanished,
  variousOf,
} from '../../analysis/logs/notable-templates.ts';
import { PhraseCounter } from '../../analysis/logs/phrases.ts';
import { LogReader, type Reading } from '../../analysis/logs/reading.ts';
import type { StoppedUnit } from '../../analysis/logs/units.ts';
import { quotedIn } from '../../context/question.ts';
import { exactly, Occurrences } from '../../fingerprint/identity.ts';
import { maskVariables } from '../../mask-variables.ts';
import { type EntityRef, sameWorkload } from '../../model/entity.ts';
import type { Brief, ErrorIdentity, Gap, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { shorten } from '../../text.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';
import { callsByAddresses, callsByTraces, linkedFindings } from './linked.ts';
import { movementFindings } from './movements.ts';
import { quotedFindings } from './quoted.ts';

type LogsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids'> & Partial<Pick<Ports, 'reasoner'>>;

const maxFindings = 8;
/** From this number of unresolved names, the resolver is at fault, not a single name. */
const manyNames = 3;

export async function investigateLogs(brief: Brief, ports: LogsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const observed = await ports.telemetry.logs.observe(scopeOf(brief, 'neighbourhood'), {});
  if (observed.kind === 'gap') {
    const summary = `Logs could not be asked: ${observed.gap.reason}`;
    return finishReport(brief, { summary, findings: [], gaps: [observed.gap], bytesRead: 0 }, startedAt, ports);
  }
  const reader = new LogReader(periodsOf(brief), brief.context.workload);
  const phrases = new PhraseCounter(quotedIn(brief.trigger.title));
  let partial = false;
  for await (const record of observed.data) {
    reader.push(record);
    phrases.push(record);
    partial = reader.characters > brief.budget.bytes;
    if (partial) break;
  }
  const reading = reader.finish();
  const notable = notableTemplates(reading.templates, reading.coverage, endsMatter(brief));
  const beside = besideErrors(reading.templates, reading.coverage);
  // Unread lines may contain errors, too.
  const unread = partial || reading.forgotten > 0;
  const errors = (one: NotableTemplate) =>
    unread || reading.cut.has(one.template.group) ? undefined : exactErrors(one, notable, beside);
  const about = { brief, reading, query: observed.query, link: observed.link, names: namesUnresolved(notable), errors };
  const findings = [
    ...reading.stoppedUnits.map((unit) => stoppedFinding(unit, about)),
    ...(brief.phase === 'verify'
      ? quiet(notable, about)
      : quotedFindings(phrases.counts(), brief, { query: observed.query, lines: reading.lines, partial })),
    ...variousOf(inFocus(notable, about), maxFindings).map((one) => findingOf(one, about)),
    ...(brief.phase === 'verify'
      ? []
      : [
          ...linkedFindings(reading, brief, observed.query),
          ...movementFindings(reading, notable, brief, observed.query),
        ]),
  ];
  const calls = brief.phase === 'verify' ? [] : [...callsByTraces(reading), ...callsByAddresses(reading)];
  return finishReport(
    brief,
    {
      summary: summaryOf(notable, reading, partial),
      findings,
      gaps: [...gapsIn('logs', observed), ...gapsOf(reading, partial)],
      bytesRead: reading.characters,
      ...(calls.length > 0 && { topology: { calls, databases: [] } }),
    },
    startedAt,
    ports,
  );
}

/** A further question is about the entities in focus: their errors alone, if they wrote any. */
function inFocus(notable: readonly NotableTemplate[], { brief, reading }: About): readonly NotableTemplate[] {
  if (brief.phase === 'verify' || brief.round === 1) return notable;
  const own = notable.filter(({ template }) => {
    const source = reading.sourceOf(template.group);
    return (
      source !== undefined &&
      brief.focus.some(
        ({ name, namespace }) =>
          name === source.entity.name &&
          (namespace === undefined || (source.entity.namespace ?? namespace) === namespace),
      )
    );
  });
  return own.length > 0 ? own : notable;
}

interface About {
  readonly brief: Brief;
  readonly reading: Reading;
  readonly query: string;
  /** The address that shows the logs to people. */
  readonly link: string | undefined;
  /** Number of distinct names that do not resolve. */
  readonly names: number;
  readonly errors: (template: NotableTemplate) => ErrorIdentity | undefined;
}

/**
 * Identity of the writer's errors: this error together with all other errors of the same writer, because a run that failed of two errors is not a
 * run that failed of one.
 * The identity is a set, so that neither the order of lines nor their grouping changes it.
 */
function exactErrors(
  { template }: NotableTemplate,
  all: readonly NotableTemplate[],
  beside: readonly NotableTemplate['template'][],
): ErrorIdentity | undefined {
  const { error, warn } = template.occurrences;
  const own = error ?? warn;
  if (own === undefined) return undefined;
  const merged = new Occurrences();
  merged.merge(own);
  for (const other of all) {
    const errors = other.template.group === template.group ? other.template.occurrences.error : undefined;
    if (errors) merged.merge(errors);
  }
  for (const { group, occurrences } of beside)
    if (group === template.group && occurrences.beside) merged.merge(occurrences.beside);
  const [identity, first] = [merged.identity(), own.identity()];
  return identity && first && { ...identity, text: first.text };
}

/** After an action, time between the start of the incident and the action counts for neither period. */
function periodsOf({ context: { window } }: Brief) {
  return {
    baselineStart: Date.parse(window.baseline.start),
    baselineEnd: Date.parse(window.baseline.end),
    incidentStart: Date.parse(window.incident.start),
    incidentEnd: Date.parse(window.incident.end),
  };
}

/** The last lines of a failed run say why it failed. */
function endsMatter({ context: { workload } }: Brief): (group: string) => boolean {
  const isRun = workload !== undefined && ['CronJob', 'Job', 'Pod'].includes(workload.kind);
  return (group) => isRun && group.endsWith(`/${workload.kind}/${workload.name}`);
}

const namesUnresolved = (notable: readonly NotableTemplate[]): number =>
  new Set(
    notable.flatMap(({ signature }) => (signature?.cause === 'dns-failure' ? (signature.dependency?.name ?? []) : [])),
  ).size;

function severityOf({ level, weight, noise }: NotableTemplate): FindingDraft['severity'] {
  if (noise) return 'minor';
  if (level === 'error') return weight > 0.7 ? 'critical' : 'major';
  return weight > 0.45 ? 'major' : 'minor';
}

function findingOf(notable: NotableTemplate, about: About): FindingDraft {
  const { template, kind, signature, weight } = notable;
  const { reading, brief, query, link } = about;
  const source = reading.sourceOf(template.group);
  const writer: EntityRef = source?.entity ?? { kind: 'Service', name: 'unknown' };
  const entity = holderOf(writer, notable) ?? writer;
  const name = source?.name ?? writer.name;
  const [sample] = template.samples;
  const text = sample?.text ?? template.text;
  const onset = onsetOf(notable, reading);
  const since = onset === undefined ? '' : ` since ${onset.slice(11, 16)} UTC`;
  const dependency =
    signature?.dependency && signature.dependency.name !== entity.name ? signature.dependency : undefined;
  const how = { new: 'New', surging: 'Surging', 'unseen-before': 'Seen' }[kind];
  return {
    claim: `${how} at ${name}${since}, ${timesOf(template.count)}${kind === 'surging' ? ` (${template.baselineCount} before)` : ''}: "${shorten(text, 220)}"`,
    entity,
    ...(signature && { cause: signature.cause, about: signature.about }),
    ...(kind === 'new' && reading.coverage.wroteBefore.has(template.group) && { workedBefore: true as const }),
    role: namesTheCause(notable, about) ? 'cause' : 'symptom',
    severity: severityOf(notable),
    ...(onset && { onset }),
    confidence: Math.min(0.9, (signature?.confidence ?? 0.5) * (0.7 + 0.3 * weight)),
    errorTemplate: maskVariables(text),
    errorIdentity: about.errors(notable),
    ...(dependency && {
      dependency: {
        kind: 'Service',
        name: dependency.name,
        ...(dependency.namespace && { namespace: dependency.namespace }),
      },
    }),
    evidence: [
      {
        source: 'logs',
        query: `${query} ${name}`,
        ...(link === undefined ? {} : { link }),
        window: brief.context.window.incident,
        excerpt: excerptOf(notable, onset, notable.atEnd ? reading.tailOf(template.group) : []),
        full: {
          kind: 'logs',
          template: template.text,
          count: template.count,
          baselineCount: template.baselineCount,
          firstSeen: new Date(template.firstMs).toISOString(),
          samples: template.samples.map(({ detail }) => detail),
        },
      },
    ],
  };
}

/** A certificate that does not bear the name under which its service is known in the cluster, which no caller can have invented. */
const lacksOwnName = /certificate is valid for .{1,200}, not [a-z][a-z0-9-]{0,62}\.[a-z0-9-]{1,63}\.svc\b/i;

/**
 * Attributes a certificate error to the service that presents the certificate, not to the one that reports it. An issuer that the writer does not know
 * may as well be missing among those that the writer trusts.
 */
function holderOf(writer: EntityRef, { signature, template }: NotableTemplate): EntityRef | undefined {
  if (!signature?.dependency) return undefined;
  const text = template.samples[0]?.text ?? template.text;
  const isHolders =
    signature.cause === 'certificate-expired' || (signature.cause === 'certificate-invalid' && lacksOwnName.test(text));
  if (!isHolders) return undefined;
  const { name, namespace = writer.namespace } = signature.dependency;
  return {
    kind: 'Service',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(writer.cluster === undefined ? {} : { cluster: writer.cluster }),
  };
}

/** A driver's own error names the cause. An unresolved name is a cause only if many names do not resolve. */
const namesTheCause = ({ signature }: NotableTemplate, { names }: About): boolean =>
  signature !== undefined && (signature.cause === 'dns-failure' ? names >= manyNames : signature.confidence >= 0.7);

/** Undefined if the source gave all lines the same time (a bulk read), and for surging templates. */
function onsetOf({ template, kind }: NotableTemplate, { coverage }: Reading): string | undefined {
  const times = coverage.groupTimes.get(template.group);
  const oneTime = times !== undefined && times.firstMs === times.lastMs && template.count > 1;
  return oneTime || kind === 'surging' ? undefined : new Date(template.firstMs).toISOString();
}

function excerptOf({ template, kind }: NotableTemplate, onset: string | undefined, tail: readonly string[]): string {
  const before = kind === 'unseen-before' ? 'nothing was read before' : `${template.baselineCount} before`;
  return [
    `${timesOf(template.count)}${onset === undefined ? '' : ` since ${onset}`}, ${before}:`,
    ...template.samples.map(({ detail }) => detail),
    ...(tail.length > 0 ? ['Last lines:', ...tail] : []),
  ]
    .join('\n')
    .slice(0, 2000);
}

function stoppedFinding({ node, unit, cluster, cause, lines, since, failed }: StoppedUnit, about: About): FindingDraft {
  const at = since === undefined ? '' : ` since ${since.slice(11, 16)} UTC`;
  return {
    claim: `${unit} on node ${node} ${failed ? 'failed' : 'is stopped'}${at}.`,
    // The scheduler serves the cluster, but the stopped unit belongs to this node.
    entity: { kind: 'Node', name: node, ...(cluster && { cluster }) },
    ...(cause && { cause }),
    role: cause ? 'cause' : 'symptom',
    severity: cause ? 'critical' : 'minor',
    ...(since && { onset: since }),
    confidence: 0.92,
    ...exactly(`${unit} ${failed ? 'failed' : 'stopped'}`),
    evidence: [
      {
        source: 'journal',
        query: `${about.query} ${unit} on ${node}`,
        excerpt: lines.join('\n').slice(0, 2000),
        full: {
          kind: 'logs',
          template: `${unit} ${failed ? 'failed' : 'stopped'}`,
          count: lines.length,
          baselineCount: 0,
          firstSeen: since ?? null,
          samples: lines,
        },
      },
    ],
  };
}

/** After an action: reports that the acted-on entity wrote lines without a new or more frequent error. Without lines there is no recovery signal. */
function quiet(notable: readonly NotableTemplate[], { brief, reading, query }: About): FindingDraft[] {
  return brief.focus.flatMap((entity): FindingDraft[] => {
    const own = reading.templates.filter(({ group }) => {
      const source = reading.sourceOf(group);
      return source !== undefined && sameWorkload(source.entity, entity);
    });
    const lines = own.reduce((sum, { count }) => sum + count, 0);
    if (lines === 0 || notable.some(({ template }) => own.includes(template))) return [];
    return [
      {
        claim: `${entity.name} wrote ${lines} line${lines === 1 ? '' : 's'} since, without a new or more frequent error.`,
        entity,
        role: 'context',
        well: true,
        severity: 'info',
        confidence: 0.6,
        evidence: [
          {
            source: 'logs',
            query: `${query} ${entity.name}`,
            window: brief.context.window.incident,
            excerpt: own
              .filter(({ count }) => count > 0)
              .slice(0, 5)
              .map(({ text, count }) => `${count} × ${text}`)
              .join('\n')
              .slice(0, 2000),
            full: { kind: 'logs', template: '', count: lines, baselineCount: 0, firstSeen: null, samples: [] },
          },
        ],
      },
    ];
  });
}

function gapsOf({ lines, characters, coverage, forgotten }: Reading, partial: boolean): Gap[] {
  const gap = (reason: string): Gap => ({ source: 'logs', reason });
  return [
    ...(partial ? [gap(`Only the first ${amountOf(characters)} of text were read.`)] : []),
    ...(forgotten > 0 ? [gap(`${forgotten} rare kinds of message were forgotten to keep within memory.`)] : []),
    ...(lines > 0 && coverage.baselineMs < 60_000
      ? [gap('The logs begin with the incident: new messages cannot be distinguished from usual ones.')]
      : []),
  ];
}

const amountOf = (characters: number): string =>
  characters < 2 ** 20 ? `${characters.toLocaleString('en-US')} characters` : `${Math.round(characters / 2 ** 20)} MiB`;

const timesOf = (count: number): string => `${count.toLocaleString('en-US')} time${count === 1 ? '' : 's'}`;

function summaryOf(notable: readonly NotableTemplate[], reading: Reading, partial: boolean): string {
  const down = reading.stoppedUnits.map(({ unit, node }) => `${unit} on ${node} is stopped.`).join(' ');
  const read = `${reading.lines.toLocaleString('en-US')} lines read.`;
  // Without reading the logs to the end, an error cannot be called gone.
  const gone = partial ? undefined : vanished(reading.templates, reading.coverage)[0];
  const over = gone ? ` No longer logged: "${shorten(gone.samples[0]?.text ?? gone.text, 120)}".` : '';
  const [first] = notable;
  if (!first) {
    const nothing =
      reading.lines === 0 ? 'There is no line in the window.' : 'No error is new or more frequent than before.';
    return `${down} ${read} ${nothing}${over}`.trim();
  }
  const name = reading.sourceOf(first.template.group)?.name ?? 'unknown';
  const onset = onsetOf(first, reading);
  const since = onset === undefined ? '' : ` since ${onset.slice(11, 16)} UTC`;
  const otherCount = notable.length - 1;
  const more =
    otherCount === 0 ? '' : ` ${otherCount} other${otherCount === 1 ? ' is' : 's are'} new or more frequent.`;
  return `${down} ${read} Most relevant line: ${name}, ${timesOf(first.template.count)}${since}: "${shorten(first.template.samples[0]?.text ?? '', 300)}".${more}${over}`.trim();
}
