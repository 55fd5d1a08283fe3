// Builds the SVG elements of charts. Outside text is escaped here and nowhere else.
import { clean } from '../text.ts';

export const escapeXml = (text: string): string =>
  clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

type Attributes = Readonly<Record<string, string | number | undefined>>;

export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${escapeXml(typeof value === 'number' ? rounded(value) : value)}"`],
  );
  const open = [name, ...pairs].join(' ');
  return children.length === 0 ? `<${open}/>` : `<${open}>${children.join('')}</${name}>`;
}

const rounded = (value: number): string => String(Math.round(value * 100) / 100);

/** `size` in pixels. */
export const label = (
  text: string,
  x: number,
  y: number,
  { size = 13, color = ink, anchor = 'start', bold = false }: LabelStyle = {},
): string =>
  element(
    'text',
    { x, y, 'font-size': size, fill: color, 'text-anchor': anchor, 'font-weight': bold ? 'bold' : undefined },
    escapeXml(text),
  );

interface LabelStyle {
  readonly size?: number;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
}

export const [ink, faint, grid, blue, red] = ['#1d1c1d', '#616061', '#e3e3e3', '#1264a3', '#c4314b'];
const ground = '#ffffff';

const dark: Readonly<Record<string, string>> = {
  [ink]: '#e4e9f0',
  [faint]: '#9aa7b8',
  [grid]: '#2c343f',
  [blue]: '#7db1ff',
  [red]: '#ff8f86',
  [ground]: '#171b21',
};

/** The same picture in colours for a dark page. It changes colour attributes only: in texts, quotes are escaped. */
export const inDark = (svg: string): string =>
  svg.replaceAll(/\b(fill|stroke)="(#[0-9a-f]{6})"/g, (whole, attribute: string, colour: string) =>
    dark[colour] === undefined ? whole : `${attribute}="${dark[colour]}"`,
  );

/** A picture of that size in pixels, on a white background, because chats also have dark themes. */
export const picture = (width: number, height: number, ...content: readonly string[]): string =>
  element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'DejaVu Sans, Verdana, sans-serif',
    },
    element('rect', { width, height, fill: ground }),
    ...content,
  );
