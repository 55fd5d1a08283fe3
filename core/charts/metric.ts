// Draws one metric around an incident: its line, its usual value before, and its onset.
import { scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import { shorten } from '../text.ts';
import { blue, element, faint, grid, label, picture, red } from './svg.ts';
import { amount, isWord, tickOf } from './units.ts';

export interface MetricChart {
  readonly title: string;
  /** The unit of the values, as in the metric's catalogue; `ratio` for shares shown as percent. */
  readonly unit: string;
  /** `[epochSeconds, value]` in time order; values that are not finite are left out. */
  readonly points: readonly (readonly [number, number])[];
  /** The onset, if known. */
  readonly onset?: string | undefined;
  /** The usual value before the incident, in `unit`. */
  readonly usual?: number | undefined;
}

const size = { width: 800, height: 340 };
const box = { left: 84, right: 24, top: 52, bottom: 40 };
/** Larger values are not measurements and cannot be scaled. */
const most = 1e100;
/** Values nearer to zero are drawn as zero, because an axis cannot be divided into such small steps. */
const least = 1e-100;
/** Beyond this number, points are reduced to their extremes. */
const maxPoints = 700;
/** The line has a break where this many times the usual step is missing. */
const gapSteps = 3;

/** Returns an SVG of 800 by 340 pixels; undefined if fewer than two points can be drawn. Times are UTC. */
export function metricChart({ title, unit, points, onset, usual }: MetricChart): string | undefined {
  const drawn = thinned(
    points
      .filter(([time, value]) => Number.isFinite(time) && Math.abs(value) < most)
      .map(([time, value]) => [time, Math.abs(value) < least ? 0 : value] as const),
  );
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (!first || !last || first[0] === last[0]) return undefined;
  const values = [...drawn.map(([, value]) => value), ...(usual === undefined ? [] : [usual])];
  const time = scaleUtc([first[0] * 1000, last[0] * 1000], [box.left, size.width - box.right]);
  const value = scaleLinear(extent(values), [size.height - box.bottom, box.top]).nice(5);
  const usualAt = usual === undefined ? [] : usualLine(usual, value(usual), unit);
  const moved = onset === undefined ? Number.NaN : Date.parse(onset);
  const inside = moved >= first[0] * 1000 && moved <= last[0] * 1000;
  const path = line<readonly [number, number] | undefined>()
    .defined((point) => point !== undefined)
    .x((point) => time((point?.[0] ?? 0) * 1000))
    .y((point) => value(point?.[1] ?? 0));
  return picture(
    size.width,
    size.height,
    label(shorten(title, 74), box.left - 60, 26, { size: 16, bold: true }),
    ...(isWord(unit)
      ? [label(`in ${shorten(unit, 20)}`, size.width - box.right, 26, { size: 12, color: faint, anchor: 'end' })]
      : []),
    ...value.ticks(5).map((tick) => tickLine(tickOf(tick, unit), value(tick))),
    ...time.ticks(8).map((tick) =>
      label(clock(tick, last[0] - first[0]), time(tick), size.height - 14, {
        size: 12,
        color: faint,
        anchor: 'middle',
      }),
    ),
    ...usualAt,
    ...(inside ? onsetMark(time(moved), moved) : []),
    element('path', { d: path(broken(drawn)) ?? '', fill: 'none', stroke: blue, 'stroke-width': 2 }),
  );
}

/** Hours and minutes, or the date if the axis spans more than 36 hours. `span` is in seconds. */
const clock = (time: Date, span: number): string =>
  span > 36 * 3600 ? time.toISOString().slice(5, 10) : time.toISOString().slice(11, 16);

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A small variation far from zero keeps a tight axis; other values that are never negative start at zero.
  const from = low >= 0 && low < 0.6 * high ? 0 : low;
  return from === high ? [from - Math.abs(from || 1) * 0.1, high + Math.abs(high || 1) * 0.1] : [from, high];
}

const tickLine = (text: string, y: number): string =>
  element('line', { x1: box.left, x2: size.width - box.right, y1: y, y2: y, stroke: grid }) +
  label(text, box.left - 8, y + 4, { size: 12, color: faint, anchor: 'end' });

const usualLine = (usual: number, y: number, unit: string): string[] => [
  element('line', {
    x1: box.left,
    x2: size.width - box.right,
    y1: y,
    y2: y,
    stroke: faint,
    'stroke-dasharray': '3 4',
  }),
  label(`before: ${amount(usual, unit)}`, size.width - box.right, y - 6, { size: 12, color: faint, anchor: 'end' }),
];

function onsetMark(x: number, moved: number): string[] {
  const late = x > size.width - 170;
  return [
    element('line', {
      x1: x,
      x2: x,
      y1: box.top - 8,
      y2: size.height - box.bottom,
      stroke: red,
      'stroke-width': 1.5,
      'stroke-dasharray': '6 4',
    }),
    label(`moved ${new Date(moved).toISOString().slice(11, 16)} UTC`, late ? x - 6 : x + 6, box.top, {
      size: 12,
      color: red,
      anchor: late ? 'end' : 'start',
      bold: true,
    }),
  ];
}

/** Keeps the minimum and the maximum of each section in time order, so that no spike is lost. */
function thinned(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  if (points.length <= maxPoints) return points;
  const stretch = Math.ceil((2 * points.length) / maxPoints);
  const out: (readonly [number, number])[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const byValue = part.toSorted((a, b) => a[1] - b[1]);
    const ends = [byValue[0], byValue.at(-1)].filter((one) => one !== undefined);
    out.push(...[...new Set(ends)].sort((a, b) => a[0] - b[0]));
  }
  return out;
}

/** Inserts a break where points are missing. */
function broken(points: readonly (readonly [number, number])[]): (readonly [number, number] | undefined)[] {
  const steps = points.slice(1).map(([time], place) => time - (points[place]?.[0] ?? 0));
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return points.flatMap((point, place) =>
    place > 0 && point[0] - (points[place - 1]?.[0] ?? 0) > gapSteps * usual ? [undefined, point] : [point],
  );
}
