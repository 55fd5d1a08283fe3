// A drawing of calls that the server laid out (core/charts/call-graph.ts): the widest that fits. Every service leads to its page; the
// story of a call is its tooltip. The table beside it says the same in words.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { GraphDrawing } from '../../core/charts/call-graph.ts';
import { linkToService } from './route.ts';

interface DrawingProps {
  /** The same calls, the widest first. */
  readonly sizes: readonly GraphDrawing[];
  readonly label: string;
  /** What the arrows mean. */
  readonly legend?: LegendWords;
}

type LegendWords = readonly (readonly [tone: GraphDrawing['edges'][number]['tone'], text: string])[];

export function CallDrawing({ sizes, label, legend = words }: DrawingProps) {
  const place = useRef<HTMLElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    setRoom(element.clientWidth);
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const drawing = sizes.find(({ width }) => width <= room) ?? sizes.at(-1);
  return (
    <figure class="call-drawing" ref={place}>
      {drawing === undefined ? undefined : (
        <>
          <Picture drawing={drawing} label={label} />
          <Legend drawing={drawing} legend={legend} />
        </>
      )}
    </figure>
  );
}

const Picture = ({
  drawing: { width, height, nodes, edges },
  label,
}: {
  readonly drawing: GraphDrawing;
  readonly label: string;
}) => (
  <nav class="call-scroll" aria-label={label}>
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>{label}</title>
      {edges.map(({ from, to, tone, path, head, at, label: text, title }) => (
        <g key={JSON.stringify([from, to])} class="call-edge" data-tone={tone}>
          <title>{title}</title>
          <path d={path} />
          <polygon points={head} />
          {text === undefined ? undefined : (
            <text x={at.x} y={at.y + 4}>
              {text}
            </text>
          )}
        </g>
      ))}
      {nodes.map(({ id, name, note, tone, x, y, width: wide, height: high, lines }) => (
        <a key={id} class="call-box" data-tone={tone} href={linkToService(name)}>
          <title>{note === undefined ? name : `${name} (${note})`}</title>
          <rect x={x} y={y} width={wide} height={high} rx={6} />
          {lines.map((text, index) => (
            <text key={text} x={x + 10} y={y + 18 + index * 18} data-note={index > 0}>
              {text}
            </text>
          ))}
        </a>
      ))}
    </svg>
  </nav>
);

const words: LegendWords = [
  ['bad', 'fails'],
  ['plain', 'works'],
  ['unknown', '?: whether it fails is not known'],
  ['old', 'not seen for more than a day, with the day'],
];

/** Only what the drawing has. */
const Legend = ({
  drawing: { edges, nodes },
  legend,
}: {
  readonly drawing: GraphDrawing;
  readonly legend: LegendWords;
}) => (
  <figcaption class="meta">
    An arrow points from the caller to the called service.{' '}
    {legend
      .filter(([tone]) => edges.some((one) => one.tone === tone))
      .map(([tone, text]) => (
        <span key={tone} class="call-key">
          <svg width="26" height="8" aria-hidden="true" class="call-edge" data-tone={tone}>
            <path d="M1 4L25 4" />
          </svg>{' '}
          {text}
        </span>
      ))}
    {legend === words && nodes.some(({ tone }) => tone === 'affected') ? (
      <span class="call-key">Amber: has an open incident.</span>
    ) : undefined}
  </figcaption>
);
