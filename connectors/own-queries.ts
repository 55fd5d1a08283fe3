// Short names of signals in the queries that users write for a source.

const shortNames: Readonly<Record<string, { readonly signal: string; readonly unit: string }>> = {
  requests: { signal: 'requests_per_second', unit: 'requests/s' },
  errors: { signal: 'errors_per_second', unit: '1/s' },
  error_ratio: { signal: 'error_ratio', unit: '1' },
  latency: { signal: 'latency', unit: 's' },
  cpu: { signal: 'cpu_cores', unit: 'cores' },
  memory: { signal: 'memory_bytes', unit: 'bytes' },
  queue: { signal: 'queue_depth', unit: '1' },
  connections: { signal: 'connections', unit: '1' },
};

export interface Template {
  /** The key in the settings. */
  readonly name: string;
  readonly signal: string;
  readonly unit: string;
  readonly query: string;
}

type Given = Readonly<Record<string, string | { readonly query: string; readonly unit?: string | undefined }>>;

/** A key is a short name, or the name of a signal. */
export const templatesOf = (queries: Given = {}): Template[] =>
  Object.entries(queries).map(([name, given]) => {
    const { query, unit } = typeof given === 'string' ? { query: given, unit: undefined } : given;
    const short = Object.hasOwn(shortNames, name) ? shortNames[name] : undefined;
    return { name, signal: short?.signal ?? name, unit: unit ?? short?.unit ?? '1', query };
  });
