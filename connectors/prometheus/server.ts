// What a Prometheus knows about its own metrics: names, types, labels and their values. Answers are kept for some minutes, because every incident asks
// the same; a failed answer is not kept.
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { TimeWindow } from '../../core/model/entity.ts';
import { type Answer, fetchJson, Names, type PrometheusConfig } from './client.ts';
import { labelName, metricName } from './promql.ts';

/** Minutes for which an answer is kept. */
export const keptMinutes = 10;
const keptMs = keptMinutes * 60_000;
/** Requests at once. */
const width = 8;
/** Names or values of one answer. */
const maxNames = 200_000;

const Metadata = z.record(z.string(), z.array(z.looseObject({ type: z.string() })));

interface Kept {
  readonly at: number;
  readonly end: number;
  readonly answer: Answer<unknown>;
}

/** Names that this module uses are checked: a server can answer with anything. */
export interface ServerIndex {
  /** The names of the metrics that series with these matchers have; all without. */
  names(window: TimeWindow, matchers?: readonly string[]): Promise<Answer<readonly string[]>>;
  /** The types of metrics; empty if the server has no metadata. */
  types(): Promise<ReadonlyMap<string, string>>;
  labels(window: TimeWindow, selector?: string): Promise<Answer<readonly string[]>>;
  values(window: TimeWindow, label: string, selector?: string): Promise<Answer<readonly string[]>>;
  /** Milliseconds since the names were read. */
  age(): number;
}

/** Questions share what is kept; each has its own end. */
export function serverIndex(server: PrometheusConfig): (question?: PrometheusConfig) => ServerIndex {
  const kept = new LRUCache<string, Kept>({ max: 500 });
  const turn = limitConcurrency(width);
  let namesAt: number | undefined;

  const indexFor = (config: PrometheusConfig): ServerIndex => {
    const ask = async <Schema extends z.ZodType>(
      path: string,
      window: TimeWindow | undefined,
      more: Readonly<Record<string, string>>,
      schema: Schema,
    ): Promise<Answer<z.infer<Schema>>> => {
      const key = JSON.stringify([path, more]);
      const known = kept.get(key);
      const end = window === undefined ? 0 : Date.parse(window.end);
      const now = performance.now();
      if (known !== undefined && now - known.at < keptMs && end <= known.end + keptMs) {
        const data = known.answer.kind === 'ok' ? schema.safeParse(known.answer.data) : undefined;
        if (known.answer.kind === 'ok' && data?.success) return { kind: 'ok', data: data.data, bytes: 0 };
      }
      const bounds = window === undefined ? {} : { start: window.start, end: window.end };
      const answer = await turn(() => fetchJson(config, path, { ...more, ...bounds }, schema));
      if (answer.kind === 'ok') kept.set(key, { at: now, end, answer });
      return answer;
    };
    const list = async (
      path: string,
      window: TimeWindow,
      selector: string | undefined,
      is: (name: string) => boolean,
    ): Promise<Answer<readonly string[]>> => {
      const answer = await ask(path, window, selector === undefined ? {} : { 'match[]': selector }, Names);
      return answer.kind === 'failed' ? answer : { ...answer, data: answer.data.filter(is).slice(0, maxNames) };
    };

    return {
      async names(window, matchers = []) {
        const selector = matchers.length === 0 ? undefined : `{${matchers.join(',')}}`;
        const answer = await list('label/__name__/values', window, selector, (name) => metricName.test(name));
        if (selector === undefined && answer.kind === 'ok' && answer.bytes > 0) namesAt = performance.now();
        return answer;
      },
      async types() {
        const answer = await ask('metadata', undefined, { limit_per_metric: '1' }, Metadata);
        return answer.kind === 'failed'
          ? new Map()
          : new Map(
              Object.entries(answer.data).flatMap(([name, [first]]) => (first ? [[name, first.type] as const] : [])),
            );
      },
      labels: (window, selector) => list('labels', window, selector, (name) => labelName.test(name)),
      values: (window, label, selector) => list(`label/${label}/values`, window, selector, () => true),
      age: () => (namesAt === undefined ? 0 : performance.now() - namesAt),
    };
  };
  return (question = server) => indexFor(question);
}
