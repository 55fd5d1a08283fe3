// The metric that moved, with the baseline and the onset marked. Plain SVG; the numbers are in the caption, too.
import { h, s } from './dom.js';

const width = 640;
const height = 200;
const margin = { left: 62, right: 12, top: 14, bottom: 26 };

export function plot({ series, onset, baseline }) {
  const points = series.points;
  if (points.length < 2) return undefined;
  const [from, to] = [points[0][0], points.at(-1)[0]];
  const values = points.map(([, value]) => value);
  const marks = ticks(Math.min(0, ...values), Math.max(0, ...values), series.unit);
  const [low, high] = [marks[0], marks.at(-1)];
  const x = (at) => margin.left + ((at - from) / (to - from || 1)) * (width - margin.left - margin.right);
  const y = (value) => height - margin.bottom - ((value - low) / (high - low)) * (height - margin.top - margin.bottom);
  const line = points.map(
    ([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`,
  );
  const onsetAt = onset ? Date.parse(onset) / 1000 : undefined;
  const name = `${series.signal.replaceAll('_', ' ')} of ${series.entity.name}`;
  const caption = onset ? `${name}; it changed at ${onset.slice(11, 16)} UTC` : name;
  return h(
    'figure',
    { class: 'plot' },
    s(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': caption },
      marks.flatMap((value) => [
        s('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }),
        s('text', { class: 'axis', x: margin.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, say(value, series)),
      ]),
      [0, 0.25, 0.5, 0.75, 1].map((share) => {
        const at = from + (to - from) * share;
        const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
        return s(
          'text',
          { class: 'axis', x: x(at), y: height - 8, 'text-anchor': anchor },
          new Date(at * 1000).toISOString().slice(11, 16),
        );
      }),
      typeof baseline?.median === 'number'
        ? s('line', {
            class: 'baseline',
            x1: margin.left,
            x2: width - margin.right,
            y1: y(baseline.median),
            y2: y(baseline.median),
          })
        : undefined,
      s('path', { class: 'line', d: line.join(' ') }),
      onsetAt === undefined
        ? undefined
        : [
            s('line', { class: 'onset', x1: x(onsetAt), x2: x(onsetAt), y1: margin.top, y2: height - margin.bottom }),
            s(
              'text',
              { class: 'onset-label', x: x(onsetAt) - 6, y: margin.top + 8, 'text-anchor': 'end' },
              `onset ${onset.slice(11, 16)}`,
            ),
          ],
    ),
    h('figcaption', {}, `${caption}. Times in UTC; the dashed line is the median before.`),
  );
}

/** Round values that enclose the range; bytes are round in powers of two. */
function ticks(least, greatest, unit) {
  const range = greatest - least || 1;
  const base = unit === 'bytes' || unit === 'B' ? 2 : 10;
  const power = base ** Math.floor(Math.log(range / 4) / Math.log(base));
  const step = (base === 2 ? [1, 2] : [1, 2, 2.5, 5, 10]).map((times) => times * power).find((one) => range / one <= 5);
  const first = Math.floor(least / step);
  return Array.from({ length: Math.ceil(greatest / step) - first + 1 || 2 }, (_, n) => (first + n) * step);
}

function say(value, { unit, signal }) {
  if (unit === 'bytes' || unit === 'B') return `${Math.round(value / 2 ** 20)} MiB`;
  if (/ratio|utili/.test(signal) && Math.abs(value) <= 1.5) return `${Math.round(value * 100)} %`;
  const number =
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(2)));
  return unit && unit !== '1' && unit.length <= 4 ? `${number} ${unit}` : number;
}
