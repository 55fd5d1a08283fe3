// Draws who calls whom: dagre places the services in layers, from callers to called ones, and routes the calls between them. The drawing is data, which the
// console shows in its own colours, or an SVG in fixed colours for chats and exports. Pure.
import { Graph, layout } from '@dagrejs/dagre';
import { shorten } from '../text.ts';
import { blue, element, faint, grid, ink, label, picture, red } from './svg.ts';

/** How a service or a call stands. `unknown`: nobody measured whether the call fails. `old`: nobody saw it lately. */
export type Tone = 'plain' | 'bad' | 'affected' | 'subject' | 'unknown' | 'old';

export interface GraphNode {
  readonly id: string;
  readonly name: string;
  /** A second line: its cluster. */
  readonly note?: string | undefined;
  readonly tone: Tone;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly tone: Tone;
  /** A few characters beside the arrow: `12 %`. */
  readonly label?: string | undefined;
  /** The whole story, for a tooltip. */
  readonly title: string;
}

/** `across`: from left to right; `narrow`: so, with smaller boxes; `down`: from top to bottom. */
type Direction = 'across' | 'narrow' | 'down';

export interface DrawnNode extends GraphNode {
  /** The left upper corner, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Its name and note, shortened to fit. */
  readonly lines: readonly string[];
}

export interface DrawnEdge extends GraphEdge {
  /** The `d` of a path, and the points of its arrow head. */
  readonly path: string;
  readonly head: string;
  /** The middle of its label. */
  readonly at: Point;
}

export interface GraphDrawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const sizes = {
  across: { rankdir: 'LR', width: 170, letters: 22, nodesep: 14, ranksep: 56 },
  narrow: { rankdir: 'LR', width: 112, letters: 14, nodesep: 10, ranksep: 30 },
  down: { rankdir: 'TB', width: 118, letters: 15, nodesep: 10, ranksep: 38 },
} as const satisfies Record<Direction, unknown>;
const line = 18;
const margin = 12;
const arrow = 7;

/** Undefined without a node. Calls of nodes that are not among them, and calls of a service to itself, are left out. */
export function drawGraph(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  direction: Direction = 'across',
): GraphDrawing | undefined {
  if (nodes.length === 0) return undefined;
  const size = sizes[direction];
  const known = new Set(nodes.map(({ id }) => id));
  const drawn = edges.filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: size.rankdir,
    nodesep: size.nodesep,
    ranksep: size.ranksep,
    marginx: margin,
    marginy: margin,
  });
  const linesOf = ({ name, note }: GraphNode) =>
    [name, ...(note === undefined ? [] : [note])].map((text) => shorten(text, size.letters));
  // Keys of our own: dagre keeps nodes by name in objects, and names are those of others.
  const keys = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const keyOf = (id: string) => keys.get(id) ?? '';
  for (const node of nodes)
    graph.setNode(keyOf(node.id), { width: size.width, height: line * linesOf(node).length + 12 });
  for (const [index, { from, to, label: text }] of drawn.entries())
    graph.setEdge(
      keyOf(from),
      keyOf(to),
      { labelpos: 'c', ...(text === undefined ? {} : { width: 7 * text.length + 8, height: 16 }) },
      `e${index}`,
    );
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.ceil(Number(width)),
    height: Math.ceil(Number(height)),
    nodes: nodes.map((node): DrawnNode => {
      const { x, y, width: wide, height: high } = graph.node(keyOf(node.id));
      return {
        ...node,
        x: round(x - wide / 2),
        y: round(y - high / 2),
        width: wide,
        height: high,
        lines: linesOf(node),
      };
    }),
    edges: drawn.map((edge, index): DrawnEdge => {
      const { points = [], x, y } = graph.edge({ v: keyOf(edge.from), w: keyOf(edge.to), name: `e${index}` });
      const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
      return {
        ...edge,
        path: curveOf(points),
        head: headOf(points),
        at: { x: round(x ?? middle.x), y: round(y ?? middle.y) },
      };
    }),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
const pair = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;

/** Through the middles of the segments, bent towards each point between. */
function curveOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${pair(point)} ${pair(end)}`;
  });
  return [`M${pair(first)}`, ...(bends.length === 0 ? [`L${pair(last)}`] : bends)].join('');
}

function headOf(points: readonly Point[]): string {
  const [before, tip] = points.slice(-2);
  if (before === undefined || tip === undefined) return '';
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number): Point => ({
    x: tip.x - arrow * Math.cos(angle + turn),
    y: tip.y - arrow * Math.sin(angle + turn),
  });
  return [tip, corner(0.45), corner(-0.45)].map(pair).join(' ');
}

const amber = '#9a5b00';
const colours: Readonly<Record<Tone, string>> = {
  plain: ink,
  bad: red,
  affected: amber,
  subject: blue,
  unknown: faint,
  old: faint,
};
const dashes: Partial<Readonly<Record<Tone, string>>> = { unknown: '5 4', old: '2 4' };

/** The drawing as a picture with a title, for chats and exports. */
export const svgOfGraph = ({ width, height, nodes, edges }: GraphDrawing, title: string): string =>
  picture(
    Math.max(width, 320),
    height + 30,
    label(shorten(title, 80), 12, 22, { size: 15, bold: true }),
    element(
      'g',
      { transform: 'translate(0 30)' },
      ...edges.flatMap(({ path, head, tone, label: text, at }) => [
        element('path', {
          d: path,
          fill: 'none',
          stroke: colours[tone],
          'stroke-width': tone === 'bad' ? 2.5 : 1.5,
          'stroke-dasharray': dashes[tone],
        }),
        element('polygon', { points: head, fill: colours[tone] }),
        ...(text === undefined
          ? []
          : [label(text, at.x, at.y + 4, { size: 11, color: colours[tone], anchor: 'middle' })]),
      ]),
      ...nodes.flatMap(({ x, y, width: wide, height: high, tone, lines }) => [
        element('rect', {
          x,
          y,
          width: wide,
          height: high,
          rx: 6,
          fill: '#ffffff',
          stroke: tone === 'plain' ? grid : colours[tone],
          'stroke-width': tone === 'plain' ? 1 : 2,
        }),
        ...lines.map((text, index) =>
          label(text, x + 10, y + 18 + index * line, {
            size: index === 0 ? 13 : 11,
            color: index === 0 ? colours[tone] : faint,
            bold: index === 0 && tone === 'subject',
          }),
        ),
      ]),
    ),
  );
