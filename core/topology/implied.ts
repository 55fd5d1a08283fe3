// Calls that the names of managed resources imply, although no trace shows them.
import type { Dependency } from '../model/telemetry.ts';

/** `orders-dlq`, `orders_dead_letters`, `orders-dlq.fifo`: a dead letter queue is named after its queue. */
const deadLetters = /^(.{2,}?)[-_.](?:dlq|dead[-_.]?letters?(?:[-_.]?queue)?)(\.fifo)?$/i;
/** Words that the queue itself may have in its name. */
const queueWords = ['', '-queue', '_queue', 'Queue'];

/** The names that the queue of these dead letters may have; none if the name is of no dead letter queue. */
export function queuesOfDeadLetters(name: string): string[] {
  const [, base, fifo = ''] = deadLetters.exec(name) ?? [];
  return base === undefined ? [] : queueWords.map((word) => `${base}${word}${fifo}`);
}

/** A dead letter queue holds what the consumers of its queue failed to process, so it depends on the queue and on what the queue calls. */
export function impliedCalls(names: Iterable<string>, calls: readonly Dependency[]): Dependency[] {
  const known = new Set([...names, ...calls.flatMap(({ from, to }) => [from, to])]);
  return [...known].flatMap((name): Dependency[] => {
    const queue = queuesOfDeadLetters(name).find((one) => known.has(one));
    if (queue === undefined) return [];
    const consumers = calls.filter(({ from }) => from === queue).map(({ to }) => to);
    return [queue, ...consumers].map((to) => ({ from: name, to }));
  });
}
