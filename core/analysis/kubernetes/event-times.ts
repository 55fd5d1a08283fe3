// Gives the times of an event. Older components write first and last timestamps, newer ones an event time and a series.
import * as z from 'zod';
import type { KubernetesEvent } from './objects.ts';

const Series = z.looseObject({ lastObservedTime: z.string().nullish() });

type Time = string | undefined;

export const firstTimeOf = ({ firstTimestamp, eventTime, metadata }: KubernetesEvent): Time =>
  firstTimestamp ?? eventTime ?? metadata.creationTimestamp ?? undefined;

export const lastTimeOf = (event: KubernetesEvent): Time =>
  Series.safeParse(event.series).data?.lastObservedTime ??
  event.lastTimestamp ??
  event.eventTime ??
  event.metadata.creationTimestamp ??
  undefined;

/** The event that was seen last; undefined without an event. */
export const newestOf = (events: readonly KubernetesEvent[]): KubernetesEvent | undefined =>
  events.toSorted((a, b) => Date.parse(lastTimeOf(b) ?? '') - Date.parse(lastTimeOf(a) ?? '')).at(0);
