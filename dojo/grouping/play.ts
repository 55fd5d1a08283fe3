// Plays a storm: pages arrive, a few are investigated at once, pages that may share a cause wait, and each finished diagnosis is checked for the
// pages that it covers. core/storms/ has the rules; the queue is a small substitute for core/admission/, with its limits.

import { pageFacts } from '../../core/context/page-facts.ts';
import { resolveContext } from '../../core/context/resolve.ts';
import type { Diagnosis } from '../../core/model/diagnosis.ts';
import type { Coverage, PageFacts } from '../../core/model/storm.ts';
import { Catalog } from '../../core/ports/catalog.ts';
import { explainsPage, ownChangeMinutes } from '../../core/storms/covers.ts';
import { holdSecondsFor, relate } from '../../core/storms/relate.ts';
import { urgencyOf } from '../../core/storms/urgency.ts';
import { diagnosisOf, edgesOf, instant, type Page, type Storm, triggerOf } from './storm.ts';

/** Concurrent investigations, the duration of one, how often a page may be held, and how long a diagnosis can cover pages. */
const usual = { concurrent: 4, investigationSeconds: 30, maxHolds: 2, answersMinutes: 30 };

export interface Played {
  readonly id: string;
  readonly page: Page;
  readonly facts: PageFacts;
  /** The page whose investigation covers it: itself, or the one that it joined. */
  readonly leader: string;
  readonly coverage?: Coverage | undefined;
}

interface Waiting {
  readonly id: string;
  readonly page: Page;
  readonly facts: PageFacts;
  readonly urgency: number;
  readonly heldBehind: Set<string>;
  held?: { readonly behind: string; readonly until: number } | undefined;
}

export function play(storm: Storm, over: Partial<typeof usual> = {}): readonly Played[] {
  const line = { ...usual, ...over };
  const catalog = Catalog.parse({ environments: {}, ...storm.catalog });
  const calls = edgesOf(storm.calls);
  const changes = storm.changes.map(({ id, service, min }) => ({ id, service, at: instant(min) }));
  const arrivals = storm.pages.map((page, index): Waiting => {
    const id = page.id ?? `p${index + 1}`;
    const trigger = triggerOf(page, id);
    const context = resolveContext(trigger, catalog, calls);
    const facts = pageFacts({ incident: { id, openedAt: trigger.occurredAt }, trigger, context, calls, catalog });
    return { id, page, facts, urgency: urgencyOf(facts, trigger), heldBehind: new Set() };
  });
  const queue = arrivals.toSorted((a, b) => a.page.min - b.page.min);
  const waiting: Waiting[] = [];
  const busy = new Map<string, { readonly one: Waiting; readonly until: number }>();
  const answers: { readonly one: Waiting; readonly diagnosis: Diagnosis; readonly at: number }[] = [];
  const played: Played[] = [];
  const otherPages = (facts: PageFacts): PageFacts[] =>
    arrivals.filter(({ facts: { incidentId } }) => incidentId !== facts.incidentId).map((one) => one.facts);
  const coveredBy = (one: Waiting, now: number): boolean => {
    for (const { one: leader, diagnosis, at } of answers.toReversed()) {
      if (now - at > line.answersMinutes * 60) continue;
      const near = changes.filter(
        ({ at: when }) => Date.parse(when) >= Date.parse(one.facts.openedAt) - ownChangeMinutes * 60_000,
      );
      const pages = otherPages(one.facts).filter(
        ({ openedAt }) => Date.parse(openedAt) <= Date.parse(instant(now / 60)),
      );
      const coverage = explainsPage(diagnosis, leader.facts, one.facts, { changes: near, pages });
      if (coverage.kind !== 'covered') continue;
      played.push({ id: one.id, page: one.page, facts: one.facts, leader: leader.id, coverage });
      return true;
    }
    return false;
  };
  const dispatch = (now: number): void => {
    for (const one of waiting.toSorted((a, b) => b.urgency - a.urgency)) {
      if (one.held && busy.has(one.held.behind) && now < one.held.until) continue;
      one.held = undefined;
      if (coveredBy(one, now)) {
        waiting.splice(waiting.indexOf(one), 1);
        continue;
      }
      const related = [...busy.values()]
        .filter(({ one: other }) => !one.heldBehind.has(other.id))
        .map(({ one: other }) => ({ other, relation: relate(other.facts, one.facts) }))
        .find(({ relation }) => relation !== undefined);
      if (related?.relation && one.heldBehind.size < line.maxHolds) {
        one.heldBehind.add(related.other.id);
        one.held = { behind: related.other.id, until: now + holdSecondsFor(related.relation) };
        continue;
      }
      if (busy.size >= line.concurrent) continue;
      waiting.splice(waiting.indexOf(one), 1);
      busy.set(one.id, { one, until: now + line.investigationSeconds });
      played.push({ id: one.id, page: one.page, facts: one.facts, leader: one.id });
    }
  };
  for (let now = Math.floor((queue[0]?.page.min ?? 0) * 60); queue.length + waiting.length + busy.size > 0; now += 1) {
    while (queue[0] && queue[0].page.min * 60 <= now) waiting.push(queue.shift() as Waiting);
    for (const { one, until } of [...busy.values()]) {
      if (now < until) continue;
      busy.delete(one.id);
      const found = one.page.says ?? storm.causes[one.page.of] ?? 'unknown';
      answers.push({ one, diagnosis: diagnosisOf(found, one.page), at: now });
    }
    dispatch(now);
  }
  return played;
}
