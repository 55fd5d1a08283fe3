// Amounts side by side, greatest first: what something cost, by whatever it is divided.
import { scaleLinear } from 'd3-scale';
import { shorten } from '../text.ts';
import { blue, element, faint, label, picture } from './svg.ts';
import { amount } from './units.ts';

export interface BarChart {
  readonly title: string;
  readonly unit: string;
  /** In the order in which they are drawn; a negative amount (a credit) is drawn as nothing and written as what it is. */
  readonly bars: readonly { readonly name: string; readonly value: number }[];
}

const width = 800;
const row = 28;
const top = 52;
const names = 250;
const maxBars = 15;

/** SVG of 800 pixels width, at most 15 bars; what is beyond them is added up in the last. Undefined without a bar. */
export function barChart({ title, unit, bars }: BarChart): string | undefined {
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
  const length = scaleLinear(
    [0, Math.max(...shown.map(({ value }) => value), Number.MIN_VALUE)],
    [0, width - names - 110],
  );
  return picture(
    width,
    top + row * shown.length + 16,
    label(shorten(title, 84), 20, 28, { size: 16, bold: true }),
    ...shown.flatMap(({ name, value }, place) => {
      const y = top + row * place;
      const drawn = Math.max(0, length(value));
      return [
        label(shorten(name, 32), names - 10, y + 14, { size: 12, anchor: 'end' }),
        element('rect', { x: names, y: y + 2, width: drawn, height: row - 12, fill: blue, rx: 2 }),
        label(amount(value, unit), names + drawn + 8, y + 14, { size: 12, color: faint }),
      ];
    }),
  );
}
