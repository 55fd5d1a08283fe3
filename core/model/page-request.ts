// What a person may have Watchkeeper do with the page itself, on request: in PagerDuty, or a silence in Alertmanager.
import * as z from 'zod';

export const pageRequestKinds = ['acknowledge', 'snooze', 'reassign', 'responder', 'workflow', 'silence'] as const;
export const PageRequestKind = z.enum(pageRequestKinds);
export type PageRequestKind = z.infer<typeof PageRequestKind>;

/** A person or a workflow by the id that PagerDuty gives it. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Equality of one label. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
}

export type PageRequest =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'snooze'; readonly seconds: number }
  | { readonly kind: 'reassign' | 'responder' | 'workflow'; readonly to: Named }
  | { readonly kind: 'silence'; readonly seconds: number; readonly matchers: readonly Matcher[] };

/** The longest snooze that PagerDuty accepts, and our longest silence. */
export const longestSeconds = 7 * 24 * 3600;
