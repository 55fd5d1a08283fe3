// Draws amounts over days or months as columns, in time order.
import { scaleBand, scaleLinear } from 'd3-scale';
import { shorten } from '../text.ts';
import { blue, element, faint, grid, ink, label, picture } from './svg.ts';
import { amount } from './units.ts';

export interface ColumnChart {
  readonly title: string;
  readonly unit: string;
  readonly columns: readonly { readonly name: string; readonly value: number }[];
}

const size = { width: 800, height: 340 };
const box = { left: 84, right: 24, top: 52, bottom: 40 };
const maxColumns = 400;
/** Approximate width of a letter in pixels; labels must not overlap. */
const letter = 7.4;

/** Returns an SVG of 800 by 340 pixels with the latest 400 columns; negative amounts are drawn downwards. Undefined if there is no column. */
export function columnChart({ title, unit, columns }: ColumnChart): string | undefined {
  const shown = columns.filter(({ value }) => Number.isFinite(value)).slice(-maxColumns);
  if (shown.length === 0) return undefined;
  const values = shown.map(({ value }) => value);
  const y = scaleLinear(
    [Math.min(0, ...values), Math.max(0, ...values, ...(values.every((value) => value === 0) ? [1] : []))],
    [size.height - box.bottom, box.top],
  ).nice(5);
  const x = scaleBand(
    shown.map((_, place) => place),
    [box.left, size.width - box.right],
  ).padding(shown.length > 60 ? 0.1 : 0.25);
  const wide = Math.min(x.bandwidth(), 60);
  const room = (texts: readonly string[]): number => letter * (Math.max(...texts.map(({ length }) => length)) + 1);
  const every = Math.ceil(room(shown.map(({ name }) => shorten(name, 12))) / x.step());
  const written = room(values.map((value) => amount(value, unit))) <= x.step();
  return picture(
    size.width,
    size.height,
    label(shorten(title, 84), 20, 28, { size: 16, bold: true }),
    ...y.ticks(5).map(
      (tick) =>
        element('line', {
          x1: box.left,
          x2: size.width - box.right,
          y1: y(tick),
          y2: y(tick),
          stroke: tick === 0 ? faint : grid,
        }) + label(amount(tick, unit), box.left - 8, y(tick) + 4, { size: 12, color: faint, anchor: 'end' }),
    ),
    ...shown.flatMap(({ name, value }, place) => {
      const middle = (x(place) ?? 0) + x.bandwidth() / 2;
      const [top, foot] = [y(Math.max(0, value)), y(Math.min(0, value))];
      return [
        element('rect', { x: middle - wide / 2, y: top, width: wide, height: foot - top, fill: blue }),
        ...(written ? [label(amount(value, unit), middle, top - 6, { size: 12, color: ink, anchor: 'middle' })] : []),
        ...(place % every === 0
          ? [label(shorten(name, 12), middle, size.height - 14, { size: 12, color: faint, anchor: 'middle' })]
          : []),
      ];
    }),
  );
}
