// Records of earned autonomy: the cases that give evidence, the level that each row has earned, and the fixes that people made. A row is an
// environment, a service, a cause and an action.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { ActionId, Level } from './action.ts';
import { EntityRef, Instant } from './entity.ts';

export const LevelRow = z.object({
  environment: z.string().min(1).max(200),
  /** The catalogue's name. Several owners of one target are joined by `+`; `-`: no service of the catalogue owns the target. */
  service: z.string().min(1).max(400),
  cause: CauseCode,
  action: ActionId,
});
export type LevelRow = z.infer<typeof LevelRow>;

export const fixKinds = [
  'rollout-undone',
  'flag-turned-off',
  'config-reverted',
  'node-replaced',
  'job-rerun',
  'restarted',
  'scaled',
] as const;

/** A change by which somebody else mended an incident. */
export const Fix = z.object({
  kind: z.enum(fixKinds),
  /** The catalogue's action that does the same; absent if the catalogue has none. */
  action: ActionId.optional(),
  /** What was changed: `Kind namespace/name`, or the change's title. */
  what: z.string().max(300),
  by: z.string().max(200).optional(),
  at: Instant,
});
export type Fix = z.infer<typeof Fix>;

/** A fix of an earlier incident with the same exact error. */
export const KnownFix = z.object({
  fingerprint: z.string(),
  incidentId: z.string(),
  fix: Fix,
  /** The page was resolved after the fix, within the hour. */
  helped: z.boolean(),
});
export type KnownFix = z.infer<typeof KnownFix>;

/**
 * `same`: people did what Watchkeeper would have done. `other`: they fixed it in another way. `none-seen`: no fix was seen. `not-known`: a source
 * that would show it did not answer.
 */
export const Comparison = z.object({
  people: z.enum(['same', 'other', 'none-seen', 'not-known']),
  fixes: z.array(Fix).max(5),
  /** Whether the page was resolved within the hour. */
  resolved: z.boolean(),
  at: Instant,
  text: z.string().max(800),
});
export type Comparison = z.infer<typeof Comparison>;

/** One decision about an action, and what came of it. */
export const LevelCase = z.object({
  incidentId: z.string().min(1).max(64),
  row: LevelRow,
  /** Counts the writes of this record. */
  version: z.number().int().min(1),
  at: Instant,
  /** `shadowed`: nothing was done or asked at this level. */
  how: z.enum(['shadowed', 'asked', 'unattended']),
  /** The level that applied. */
  level: Level,
  title: z.string().max(300),
  why: z.string().max(600),
  target: EntityRef,
  /** The change that the diagnosis holds for the cause. */
  changeId: z.string().optional(),
  /** The exact error; absent if there is none that could be told from others. */
  fingerprint: z.string().max(100).optional(),
  answer: z.enum(['approved', 'rejected', 'unanswered']).optional(),
  /** The result of Watchkeeper's own action. */
  result: z.enum(['helped', 'not-helped', 'harmed', 'not-known']).optional(),
  /** The time of the comparison with what people did. */
  compareAt: Instant,
  comparison: Comparison.optional(),
});
export type LevelCase = z.infer<typeof LevelCase>;

/** A level that replaces the catalogue's for one row. */
export const EarnedLevel = z.object({
  row: LevelRow,
  version: z.number().int().min(1),
  /** Counts the changes of the level. An approval is for one epoch, so that nobody can replay it. */
  epoch: z.number().int().min(0),
  /** Absent until the first change: then the catalogue's level applies. */
  level: Level.optional(),
  way: z.enum(['promoted', 'demoted']).optional(),
  /** Evidence from before this time counts no more. */
  since: Instant.optional(),
  why: z.string().max(600).default(''),
  /** Approvals of the next promotion by different people, within the present epoch. */
  approvals: z.array(z.object({ by: z.string().min(1).max(200), at: Instant, to: Level })).max(5),
  /** Newest last. */
  history: z
    .array(
      z.object({
        at: Instant,
        from: Level,
        to: Level,
        by: z.array(z.string().max(200)).max(5),
        why: z.string().max(600),
        incidentId: z.string().max(64).optional(),
      }),
    )
    .max(20),
});
export type EarnedLevel = z.infer<typeof EarnedLevel>;

export const rowKey = ({ environment, service, cause, action }: LevelRow): string =>
  [environment, service, cause, action].map(encodeURIComponent).join('/');
