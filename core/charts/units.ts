// Formats numbers with units for axes and labels.

/**
 * Formats `value` in the metric's unit: `ms`, `bytes`, `bytes/s`, `ratio` (as percent), `USD`, `1` or empty (a plain number), or any other word
 * (`cores`).
 */
export function amount(value: number, unit: string): string {
  switch (unit) {
    case 'bytes':
    case 'B':
      return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
    case 'bytes/s':
      return `${scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])}/s`;
    case 'ms':
      return Math.abs(value) >= 1000 ? `${short(value / 1000)} s` : `${short(value)} ms`;
    case 'ratio':
      return `${short(value * 100)} %`;
    case 'USD':
      return dollars(value);
    case '1':
    case '':
      return scaled(value, 1000, ['', 'k', 'M', 'G']);
    default:
      return `${scaled(value, 1000, ['', 'k', 'M', 'G'])} ${unit}`;
  }
}

/** Shows cents below a hundred dollars, never `$0.5`. */
function dollars(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99.995 || Number.isInteger(size) ? 0 : 2;
  const text = size.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${value < 0 && Number(text.replaceAll(',', '')) !== 0 ? '−' : ''}$${text}`;
}

/** A tick label. An axis has no room for a unit that is a word, so the chart shows that unit once. */
export const tickOf = (value: number, unit: string): string => amount(value, isWord(unit) ? '1' : unit);
export const isWord = (unit: string): boolean => unit !== '' && amount(1, unit).endsWith(` ${unit}`) && unit !== 'ms';

function scaled(value: number, base: number, units: readonly string[]): string {
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(Math.abs(value) || 1) / Math.log(base))));
  return `${short(value / base ** step)} ${units[step]}`.trim();
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
