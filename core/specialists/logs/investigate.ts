// The logs specialist: which errors are new or surging against the baseline, since when, and the one line to read; which system unit is down.
// It streams; what it keeps are templates, counts and a few samples each.
import { LogReader, type Reading } from '../../analysis/logs/reading.ts';
import {
  besideErrors,
  type NotableTemplate,
  notableTemplates,
  vanished,
  variousOf,
} from '../../analysis/logs/telling.ts';
import type { StoppedUnit } from '../../analysis/logs/units.ts';
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

type LogsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids'> & Partial<Pick<Ports, 'reasoner'>>;

const maxFindings = 8;
/** Names that do not resolve, from which on it is the resolver and not a name. */
const manyNames = 3;

export async function investigateLogs(brief: Brief, ports: LogsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const observed = await ports.telemetry.logs.observe(scopeOf(brief, 'neighbourhood'), {});
  if (observed.kind === 'gap') {
    const summary = `Logs could not be asked: ${observed.gap.reason}`;
    return finishReport(brief, { summary, findings: [], gaps: [observed.gap], bytesRead: 0 }, startedAt, ports);
  }
  const reader = new LogReader(periodsOf(brief), brief.context.workload);
  let partial = false;
  for await (const record of observed.data) {
    reader.push(record);
    partial = reader.characters > brief.budget.bytes;
    if (partial) break;
  }
  const reading = reader.finish();
  const telling = notableTemplates(reading.templates, reading.coverage, endsMatter(brief));
  const beside = besideErrors(reading.templates, reading.coverage);
  // What was not read may have been an error, too.
  const unread = partial || reading.forgotten > 0;
  const errors = (one: NotableTemplate) =>
    unread || reading.cut.has(one.template.group) ? undefined : exactErrors(one, telling, beside);
  const about = { brief, reading, query: observed.query, names: namesUnresolved(telling), errors };
  const findings = [
    ...reading.stoppedUnits.map((unit) => stoppedFinding(unit, about)),
    ...variousOf(telling, maxFindings).map((one) => findingOf(one, about)),
    ...(brief.phase === 'verify' ? quiet(telling, about) : []),
  ];
  return finishReport(
    brief,
    {
      summary: summaryOf(telling, reading, partial),
      findings,
      gaps: [...gapsIn('logs', observed), ...gapsOf(reading, partial)],
      bytesRead: reading.characters,
    },
    startedAt,
    ports,
  );
}

interface About {
  readonly brief: Brief;
  readonly reading: Reading;
  readonly query: string;
  /** Distinct names that do not resolve. */
  readonly names: number;
  readonly errors: (telling: NotableTemplate) => ErrorIdentity | undefined;
}

/**
 * What this writer says, with all other errors that it writes: a run that failed of two things failed of neither alone. It is the set of what
 * was said, so that neither the order in which lines came nor how they were grouped makes another error of it.
 */
function exactErrors(
  { template }: NotableTemplate,
  all: readonly NotableTemplate[],
  beside: readonly NotableTemplate['template'][],
): ErrorIdentity | undefined {
  const { error, warn } = template.occurrences;
  const own = error ?? warn;
  if (own === undefined) return undefined;
  const said = new Occurrences();
  said.merge(own);
  for (const other of all) {
    const errors = other.template.group === template.group ? other.template.occurrences.error : undefined;
    if (errors) said.merge(errors);
  }
  for (const { group, occurrences } of beside)
    if (group === template.group && occurrences.beside) said.merge(occurrences.beside);
  const [identity, first] = [said.identity(), own.identity()];
  return identity && first && { ...identity, says: first.says };
}

/** After an action, what lies between the start of the incident and the action counts for neither side. */
function periodsOf({ context: { window } }: Brief) {
  return {
    baselineStart: Date.parse(window.baseline.start),
    baselineEnd: Date.parse(window.baseline.end),
    incidentStart: Date.parse(window.incident.start),
    incidentEnd: Date.parse(window.incident.end),
  };
}

/** The last words of a run that failed say why. */
function endsMatter({ context: { workload } }: Brief): (group: string) => boolean {
  const isRun = workload !== undefined && ['CronJob', 'Job', 'Pod'].includes(workload.kind);
  return (group) => isRun && group.endsWith(`/${workload.kind}/${workload.name}`);
}

const namesUnresolved = (telling: readonly NotableTemplate[]): number =>
  new Set(
    telling.flatMap(({ signature }) => (signature?.cause === 'dns-failure' ? (signature.towards?.name ?? []) : [])),
  ).size;

function findingOf(telling: NotableTemplate, about: About): FindingDraft {
  const { template, kind, level, signature, weight } = telling;
  const { reading, brief, query } = about;
  const source = reading.sourceOf(template.group);
  const writer: EntityRef = source?.entity ?? { kind: 'Service', name: 'unknown' };
  const entity = holderOf(writer, signature) ?? writer;
  const name = source?.name ?? writer.name;
  const [sample] = template.samples;
  const text = sample?.text ?? template.text;
  const onset = onsetOf(telling, reading);
  const since = onset === undefined ? '' : ` since ${onset.slice(11, 16)} UTC`;
  const towards = signature?.towards && signature.towards.name !== entity.name ? signature.towards : undefined;
  const how = { new: 'New', surging: 'Surging', 'unseen-before': 'Seen' }[kind];
  return {
    claim: `${how} at ${name}${since}, ${timesOf(template.count)}${kind === 'surging' ? ` (${template.baselineCount} before)` : ''}: "${shorten(text, 220)}"`,
    entity,
    ...(signature && { cause: signature.cause }),
    role: namesTheCause(telling, about) ? 'cause' : 'symptom',
    severity: level === 'error' ? (weight > 0.7 ? 'critical' : 'major') : weight > 0.45 ? 'major' : 'minor',
    ...(onset && { onset }),
    confidence: Math.min(0.9, (signature?.confidence ?? 0.5) * (0.7 + 0.3 * weight)),
    errorTemplate: maskVariables(text),
    errorIdentity: about.errors(telling),
    ...(towards && {
      towards: { kind: 'Service', name: towards.name, ...(towards.namespace && { namespace: towards.namespace }) },
    }),
    evidence: [
      {
        source: 'logs',
        query: `${query} ${name}`,
        window: brief.context.window.incident,
        excerpt: excerptOf(telling, onset),
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

/** A certificate is whose who shows it, not whose who complains. */
function holderOf(writer: EntityRef, signature: NotableTemplate['signature']): EntityRef | undefined {
  if (signature?.cause !== 'certificate-expired' || !signature.towards) return undefined;
  const { name, namespace = writer.namespace } = signature.towards;
  return {
    kind: 'Service',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(writer.cluster === undefined ? {} : { cluster: writer.cluster }),
  };
}

/** Words of a driver about itself name the cause; a name that does not resolve is a cause only where many names do not. */
const namesTheCause = ({ signature }: NotableTemplate, { names }: About): boolean =>
  signature !== undefined && (signature.cause === 'dns-failure' ? names >= manyNames : signature.confidence >= 0.7);

/** Undefined where the source gave all its lines one time (a bulk read), and for what only comes more often. */
function onsetOf({ template, kind }: NotableTemplate, { coverage }: Reading): string | undefined {
  const heard = coverage.heard.get(template.group);
  const oneTime = heard !== undefined && heard.firstMs === heard.lastMs && template.count > 1;
  return oneTime || kind === 'surging' ? undefined : new Date(template.firstMs).toISOString();
}

function excerptOf({ template, kind }: NotableTemplate, onset: string | undefined): string {
  const before = kind === 'unseen-before' ? 'nothing was read before' : `${template.baselineCount} before`;
  return [
    `${timesOf(template.count)}${onset === undefined ? '' : ` since ${onset}`}, ${before}:`,
    ...template.samples.map(({ detail }) => detail),
  ]
    .join('\n')
    .slice(0, 2000);
}

function stoppedFinding({ node, unit, cluster, cause, lines, since, failed }: StoppedUnit, about: About): FindingDraft {
  const at = since === undefined ? '' : ` since ${since.slice(11, 16)} UTC`;
  return {
    claim: `${unit} on node ${node} ${failed ? 'failed' : 'is stopped'}${at}.`,
    // The scheduler is the cluster's, but what is down is a service of this node.
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

/** After an action: lines were written by what was acted on, and no error among them is new or more frequent. Silence says nothing. */
function quiet(telling: readonly NotableTemplate[], { brief, reading, query }: About): FindingDraft[] {
  return brief.focus.flatMap((entity): FindingDraft[] => {
    const own = reading.templates.filter(({ group }) => {
      const source = reading.sourceOf(group);
      return source !== undefined && sameWorkload(source.entity, entity);
    });
    const lines = own.reduce((sum, { count }) => sum + count, 0);
    if (lines === 0 || telling.some(({ template }) => own.includes(template))) return [];
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
  const say = (reason: string): Gap => ({ source: 'logs', reason });
  return [
    ...(partial ? [say(`Only the first ${amountOf(characters)} of text were read.`)] : []),
    ...(forgotten > 0 ? [say(`${forgotten} rare kinds of message were forgotten to keep within memory.`)] : []),
    ...(lines > 0 && coverage.baselineMs < 60_000
      ? [say('The logs begin with the incident: what is new cannot be told from what was always there.')]
      : []),
  ];
}

const amountOf = (characters: number): string =>
  characters < 2 ** 20 ? `${characters.toLocaleString('en-US')} characters` : `${Math.round(characters / 2 ** 20)} MiB`;

const timesOf = (count: number): string => `${count.toLocaleString('en-US')} time${count === 1 ? '' : 's'}`;

function summaryOf(telling: readonly NotableTemplate[], reading: Reading, partial: boolean): string {
  const down = reading.stoppedUnits.map(({ unit, node }) => `${unit} on ${node} is stopped.`).join(' ');
  const read = `${reading.lines.toLocaleString('en-US')} lines read.`;
  // What was not read to its end may come again.
  const gone = partial ? undefined : vanished(reading.templates, reading.coverage)[0];
  const over = gone ? ` No longer seen: "${shorten(gone.samples[0]?.text ?? gone.text, 120)}".` : '';
  const [first] = telling;
  if (!first) {
    const nothing =
      reading.lines === 0 ? 'There is no line in the window.' : 'No error is new or more frequent than before.';
    return `${down} ${read} ${nothing}${over}`.trim();
  }
  const name = reading.sourceOf(first.template.group)?.name ?? 'unknown';
  const onset = onsetOf(first, reading);
  const since = onset === undefined ? '' : ` since ${onset.slice(11, 16)} UTC`;
  const others = telling.length - 1;
  const more = others === 0 ? '' : ` ${others} other${others === 1 ? ' is' : 's are'} new or more frequent.`;
  return `${down} ${read} The line to read: ${name}, ${timesOf(first.template.count)}${since}: "${shorten(first.template.samples[0]?.text ?? '', 300)}".${more}${over}`.trim();
}
