// Draws amounts as horizontal bars, for example costs by service or account.
import { scaleLinear } from 'd3-scale';
import { shorten } from '../text.ts';
import { blue, element, faint, label, picture } from './svg.ts';
import { amount } from './units.ts';

export interface BarChart {
  readonly title: string;
  readonly unit: string;
  /** The amounts are changes, so their signs are shown. */
  readonly signed?: boolean;
  /** In drawing order; a negative amount (a credit) is drawn to the left. */
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const width = 800;
const row = 28;
const top = 52;
const names = 250;
/** Room for the amount beside a bar, in pixels. */
const amounts = 110;
const maxBars = 15;

/** Returns an SVG 800 pixels wide with at most 15 bars; the last bar sums up the rest. Undefined if there is no bar. */
export function barChart({ title, unit, bars, signed = false }: BarChart): string | undefined {
  const finite = bars.filter(({ value }) => Number.isFinite(value));
  const rest = finite.slice(maxBars - 1);
  const shown =
    finite.length <= maxBars
      ? finite
      : [
          ...finite.slice(0, maxBars - 1),
          { name: `${rest.length} others`, value: rest.reduce((sum, { value }) => sum + value, 0) },
        ];
  if (shown.length === 0) return undefined;
  const values = shown.map(({ value }) => value);
  // Amounts are written at the ends of the bars; negative amounts need room on the left.
  const left = values.some((value) => value < 0) ? names + amounts : names;
  const at = scaleLinear([Math.min(0, ...values), Math.max(...values, Number.MIN_VALUE)], [left, width - amounts]);
  return picture(
    width,
    top + row * shown.length + 16,
    label(shorten(title, 84), 20, 28, { size: 16, bold: true }),
    ...(left === names
      ? []
      : [element('line', { x1: at(0), x2: at(0), y1: top - 4, y2: top + row * shown.length, stroke: faint })]),
    ...shown.flatMap(({ name, value }, place) => {
      const y = top + row * place;
      const [from, to] = [at(Math.min(0, value)), at(Math.max(0, value))];
      const written = `${signed && value > 0 ? '+' : ''}${amount(value, unit)}`;
      return [
        label(shorten(name, 32), names - 10, y + 14, { size: 12, anchor: 'end' }),
        element('rect', { x: from, y: y + 2, width: to - from, height: row - 12, fill: blue, rx: 2 }),
        value < 0
          ? label(written, from - 8, y + 14, { size: 12, color: faint, anchor: 'end' })
          : label(written, to + 8, y + 14, { size: 12, color: faint }),
      ];
    }),
  );
}
