// Icons of the sources of evidence, drawn as lines in the colour of the text.

const shapes = {
  chart: 'M2 13h12M3 10l3-4 3 2 4-5',
  lines: 'M3 4h10M3 8h10M3 12h6',
  cube: 'M8 2l5 3v6l-5 3-5-3V5zM3 5l5 3 5-3M8 8v6',
  branch: 'M5 3v10M5 9c5 0 6-1 6-4M11 3v2M3.5 13h3',
  book: 'M3 3h4a1 1 0 0 1 1 1v9a1 1 0 0 0-1-1H3zM13 3H9a1 1 0 0 0-1 1v9a1 1 0 0 1 1-1h4z',
  globe: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c3 3 3 9 0 12M8 2c-3 3-3 9 0 12',
  steps: 'M2 4h4v3h4v3h4M2 4v0',
  dot: 'M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
} as const;

const ofSource: Readonly<Record<string, keyof typeof shapes>> = {
  prometheus: 'chart',
  cloudwatch: 'chart',
  newrelic: 'chart',
  fastly: 'globe',
  cdn: 'globe',
  'status page': 'globe',
  status: 'globe',
  logs: 'lines',
  loki: 'lines',
  journal: 'lines',
  kubernetes: 'cube',
  cluster: 'cube',
  changes: 'branch',
  knowledge: 'book',
  memory: 'book',
  executions: 'steps',
  'step-functions': 'steps',
};

export const SourceIcon = ({ source }: { readonly source: string }) => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d={shapes[ofSource[source] ?? 'dot']} />
  </svg>
);
