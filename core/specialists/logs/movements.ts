// Turns measurements in log lines that moved, and changes that programs report in their logs, into findings. A reported change counts as a cause if
// the first error or move of the same writer follows it.
import { changedValues, type ReportedChange } from '../../analysis/logs/changes.ts';
import { type NotableTemplate, type Sample, stoppedLines } from '../../analysis/logs/notable-templates.ts';
import type { Reading } from '../../analysis/logs/reading.ts';
import { moveOf, type SeriesMove } from '../../analysis/logs/series.ts';
import type { Template } from '../../analysis/logs/templates.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Brief } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { shorten } from '../../text.ts';
import { formatList } from '../../wording.ts';

const maxMoves = 2;
const maxStopped = 2;
const maxChanges = 1;
/** Number of moves in one finding. */
const maxMovesInFinding = 3;
const minuteMs = 60_000;
/** A failure this long after a reported change may have come of it. */
const effectMs = 15 * minuteMs;
/** Clocks and buffers: a failure may be written this long before the change. */
const slackMs = 2000;

export function movementFindings(
  reading: Reading,
  notable: readonly NotableTemplate[],
  brief: Brief,
  query: string,
): FindingDraft[] {
  const baselineEnd = Date.parse(brief.context.window.baseline.end);
  const moves = reading.series
    .flatMap((series) => moveOf(series, { baselineEnd }) ?? [])
    .toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const [shifts, growths] = [
    moves.filter(({ kind }) => kind === 'shift'),
    moves.filter(({ kind }) => kind === 'growth'),
  ];
  const grown = [...Map.groupBy(growths, ({ series }) => series.group).values()].slice(0, maxMoves);
  const shown = [
    ...onePerGroup(shifts)
      .slice(0, maxMoves)
      .map((move) => [move]),
    ...grown,
  ];
  return [
    ...shown.flatMap(([first, ...further]) => (first ? [moveFinding([first, ...further], reading, brief, query)] : [])),
    ...causesAmong(reading, notable, shifts)
      .slice(0, maxChanges)
      .map((cause) => changeFinding(cause, reading, brief, query)),
    ...stoppedLines(reading.templates, reading.coverage)
      .slice(0, maxStopped)
      .map((template) => stoppedFinding(template, reading, brief, query)),
  ];
}

const sizeOf = ({ before, during }: SeriesMove): number => Math.abs(Math.log((during + 1) / (before + 1)));

const onePerGroup = (moves: readonly SeriesMove[]): SeriesMove[] => [
  ...new Map(moves.toReversed().map((move) => [move.series.group, move])).values(),
];

const hitRatio = /(?:hit|cache)[^a-z]{0,3}\w{0,12}[^a-z]{0,3}(?:rate|ratio|percent|%)|hit[ _-]?(?:rate|ratio)/i;

const amount = (value: number, unit: string): string =>
  `${Number(value.toPrecision(3)).toLocaleString('en-US')}${unit === '' ? '' : ` ${unit}`}`;

const movement = ({ series: { name, unit }, before, during }: SeriesMove): string => {
  const verb = during > before ? 'rose' : 'fell';
  return `${name === '' ? 'the time' : name} ${verb} from ${amount(before, unit)} to ${amount(during, unit)}`;
};

/** `moves` are of one writer and one kind; the first one is the largest. */
function moveFinding(
  [move, ...further]: readonly [SeriesMove, ...SeriesMove[]],
  reading: Reading,
  brief: Brief,
  query: string,
): FindingDraft {
  const moves = [move, ...further].slice(0, maxMovesInFinding);
  const { series, kind, before, during, atMs } = move;
  const source = reading.sourceOf(series.group);
  const entity: EntityRef = source?.entity ?? { kind: 'Service', name: 'unknown' };
  const onset = new Date(atMs).toISOString();
  const since = kind === 'shift' ? ` at ${onset.slice(11, 19)} UTC` : ` in ${series.values.length} lines`;
  const isHitRatio = series.unit === '%' && during < before && hitRatio.test(series.name);
  return {
    claim: `In the log of ${source?.name ?? entity.name}, ${formatList(moves.map((one) => shorten(movement(one), 110)))}${since}.`,
    entity,
    ...(isHitRatio && { cause: 'cache-stampede' as const }),
    role: kind === 'shift' ? 'symptom' : 'context',
    severity: kind === 'shift' ? 'major' : 'info',
    ...(kind === 'shift' && { onset }),
    confidence: 0.6,
    signal: { name: series.name || 'duration in the log', unit: series.unit, before, during },
    ...exactly(`${series.name} moved`),
    evidence: [
      {
        source: 'logs',
        query: `${query} ${source?.name ?? entity.name}`,
        window: brief.context.window.incident,
        excerpt: moves.map(pointsOf).join('\n').slice(0, 2000),
        full: {
          kind: 'logs',
          template: series.name,
          count: series.values.length,
          baselineCount: 0,
          firstSeen: onset,
          samples: [],
        },
      },
    ],
  };
}

/** A dozen values with their times. */
function pointsOf({ series: { name, unit, times, values } }: SeriesMove): string {
  const step = Math.max(1, Math.floor(values.length / 12));
  const points = values.flatMap((value, place) =>
    place % step === 0 ? [`${new Date(times[place] ?? 0).toISOString().slice(11, 19)} ${amount(value, unit)}`] : [],
  );
  return `${name}: ${points.join(', ')}`.slice(0, 900);
}

interface ChangeCause {
  readonly change: ReportedChange;
  /** What followed. */
  readonly effect: { readonly atMs: number; readonly text: string };
}

/** Reported changes after which their writer began to fail, the latest change before a failure first. */
function causesAmong(
  reading: Reading,
  notable: readonly NotableTemplate[],
  shifts: readonly SeriesMove[],
): readonly ChangeCause[] {
  return reading.changes.flatMap((change) => {
    const own = notable.filter(
      ({ template, level, noise }) => template.group === change.group && level === 'error' && !noise,
    );
    const errors = own
      .filter(
        ({ template }) =>
          template.text !== change.text && !change.text.startsWith(template.samples[0]?.text ?? '\u0000'),
      )
      .map(({ template }) => ({
        atMs: template.firstMs,
        text: `its first error is "${shorten(template.samples[0]?.text ?? template.text, 120)}"`,
      }));
    const moved = shifts
      .filter(({ series }) => series.group === change.group)
      .map((move) => ({ atMs: move.atMs, text: `${shorten(movement(move), 160)}` }));
    const [first] = [...errors].toSorted((a, b) => a.atMs - b.atMs);
    const effects = [...moved, ...errors].filter(
      ({ atMs }) => atMs >= change.atMs - slackMs && atMs - change.atMs <= effectMs,
    );
    const [effect] = effects;
    // A writer that failed before the change failed for another reason.
    const failedBefore = first !== undefined && first.atMs < change.atMs - slackMs;
    return effect === undefined || failedBefore ? [] : [{ change, effect }];
  });
}

function changeFinding({ change, effect }: ChangeCause, reading: Reading, brief: Brief, query: string): FindingDraft {
  const source = reading.sourceOf(change.group);
  const entity: EntityRef = source?.entity ?? { kind: 'Service', name: 'unknown' };
  const onset = new Date(change.atMs).toISOString();
  const values = changedValues(change).filter((line) => line !== change.text);
  const quoted = [change.text, ...values].map((line) => `"${shorten(line, 90)}"`).join(', ');
  return {
    claim: shorten(
      `${source?.name ?? entity.name} reports a change at ${onset.slice(11, 19)} UTC (${quoted}), and then ${effect.text}.`,
      400,
    ),
    entity,
    cause: 'config-change',
    role: 'cause',
    severity: 'critical',
    onset,
    confidence: effect.atMs - change.atMs <= 5 * minuteMs ? 0.75 : 0.6,
    ...exactly(change.text),
    evidence: [
      {
        source: 'logs',
        query: `${query} ${source?.name ?? entity.name}`,
        window: brief.context.window.incident,
        excerpt: [change.text, ...change.after].join('\n').slice(0, 2000),
        full: {
          kind: 'logs',
          template: change.text,
          count: 1,
          baselineCount: 0,
          firstSeen: onset,
          samples: [...change.after],
        },
      },
    ],
  };
}

function stoppedFinding(template: Template<Sample>, reading: Reading, brief: Brief, query: string): FindingDraft {
  const source = reading.sourceOf(template.group);
  const entity: EntityRef = source?.entity ?? { kind: 'Service', name: 'unknown' };
  const last = new Date(template.lastMs).toISOString();
  const text = template.samples[0]?.text ?? template.text;
  const claim = `${source?.name ?? entity.name} no longer writes "${shorten(text, 160)}" since ${last.slice(11, 16)} UTC (${template.baselineCount.toLocaleString('en-US')} times before).`;
  return {
    claim,
    entity,
    role: 'context',
    severity: 'info',
    confidence: 0.5,
    ...exactly(template.text),
    evidence: [
      {
        source: 'logs',
        query: `${query} ${source?.name ?? entity.name}`,
        window: brief.context.window.baseline,
        excerpt: [claim, ...template.samples.map(({ detail }) => detail)].join('\n').slice(0, 2000),
        full: {
          kind: 'logs',
          template: template.text,
          count: 0,
          baselineCount: template.baselineCount,
          firstSeen: null,
          samples: template.samples.map(({ detail }) => detail),
        },
      },
    ],
  };
}
