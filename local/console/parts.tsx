// Small parts that several views use. Text is always a text node, so that nothing telemetry says can become markup.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { EvidenceChart } from '../../core/charts/evidence.ts';
import { inDark } from '../../core/charts/svg.ts';
import type { StatusView } from '../../core/reporting/status-view.ts';

/** With the day, if that is not today. */
export const Time = ({ at }: { readonly at: string }) => (
  <time datetime={at} title={at}>
    {at.slice(0, 10) === new Date().toISOString().slice(0, 10) ? `${at.slice(11, 19)} UTC` : minute(at)}
  </time>
);

/** "2026-11-28 01:02 UTC". */
export const minute = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

export const Status = ({
  standing,
  children,
}: {
  readonly standing: StatusView;
  readonly children?: ComponentChildren;
}) => (
  <span class="status" data-tone={standing.tone}>
    {standing.text}
    {children}
  </span>
);

/** A link of telemetry or an alert; other schemes than http and https stay text. */
export const OutsideLink = ({ href, children }: { readonly href: string; readonly children: ComponentChildren }) =>
  /^https?:\/\//.test(href) ? (
    <a href={href} rel="noreferrer" target="_blank">
      {children}
    </a>
  ) : (
    <span title={href}>{children}</span>
  );

const dataUri = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** An image cannot run anything, whatever its SVG holds. It follows the page's light and dark colours. */
export const Picture = ({
  svg,
  alt,
  onLoad,
}: {
  readonly svg: string;
  readonly alt: string;
  readonly onLoad?: () => void;
}) => (
  <picture>
    <source media="(prefers-color-scheme: dark)" srcset={dataUri(inDark(svg))} />
    <img class="chart" src={dataUri(svg)} alt={alt} onLoad={onLoad} />
  </picture>
);

export const ChartFigure = ({ chart: { svg, caption } }: { readonly chart: EvidenceChart }) => (
  <figure class="plot">
    <Picture svg={svg} alt={`Chart: ${caption}`} />
    <figcaption>{caption}. Times in UTC; the dashed line is the usual value before.</figcaption>
  </figure>
);

/** Copies a text and says so on the button. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" class="copy" onClick={() => void copy()}>
      {isCopied ? 'Copied' : label}
    </button>
  );
}

/** A `<details>` whose content is made when it is opened first. */
export function Opened({
  summary,
  children,
  ...attributes
}: {
  readonly summary: ComponentChildren;
  readonly class?: string;
  readonly 'data-evidence'?: string;
  readonly children: () => ComponentChildren;
}) {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details {...attributes} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {wasOpened ? children() : undefined}
    </details>
  );
}
