// Draws the faults of one incident and their times from a seed, so that the same seed gives the same faults again. Pure.
import * as z from 'zod';

/** The point at which the process is held until it is killed: at a state of the machine, or around the call that changes the cluster. */
export const Crash = z.discriminatedUnion('at', [
  z.object({ at: z.literal('entered'), state: z.string() }),
  z.object({ at: z.literal('left'), state: z.string() }),
  /** `nth`: the call of this incident, from 0; a plan has several. */
  z.object({ at: z.enum(['before-call', 'during-call', 'after-call']), nth: z.number().int().default(0) }),
]);
export type Crash = z.infer<typeof Crash>;

export const Schedule = z.object({
  seed: z.number().int(),
  /** One crash per life of the process, in this order. */
  crashes: z.array(Crash).max(2),
  /** The cluster's answers to the first calls that would change it; it accepts all later ones. */
  calls: z.array(z.enum(['unavailable', 'lost-answer', 'slow'])).max(3),
  /** Redeliveries of the page, each this long after the first delivery. */
  redeliveredMs: z.array(z.number()).max(3),
  /** The people in the order of their presses; some press twice. If empty, the approval expires. */
  answers: z.array(z.object({ by: z.string(), verdict: z.enum(['approve', 'reject']), afterMs: z.number() })).max(4),
  /** Another page about the same cause, this long after the first one. */
  twinMs: z.number().optional(),
  /** The number of messages to the thread that fail. */
  chatFails: z.number().int(),
  pagerFails: z.boolean(),
  /** A function that fails once with an unexpected error. */
  stumbles: z.string().optional(),
  /** A function at which the execution dies once for good, without a report. */
  dies: z.string().optional(),
  /** Present: the incident is one whose remedy is a plan. */
  plan: z
    .object({
      /** The approval is withdrawn after this many changes. */
      withdrawnAfter: z.number().int().optional(),
      /** What somebody else does to the cluster after this many changes. */
      meanwhile: z
        .object({
          after: z.number().int(),
          what: z.enum(['scaled', 'replaced', 'rolled out', 'no pod becomes ready', 'autoscaler enabled']),
        })
        .optional(),
      /** The answers to the questions whether a half-done plan goes on, in this order; afterwards nobody answers. */
      answers: z.array(z.enum(['approve', 'take-back', 'reject'])).max(3),
    })
    .optional(),
});
export type Schedule = z.infer<typeof Schedule>;

/** Mulberry32 (Tommy Ettinger, public domain): a small generator, the same on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The states on the path of an incident with an approval. */
const states = [
  'OpenIncident',
  'AssembleContext',
  'Admit',
  'Investigate',
  'Synthesize',
  'Decide',
  'Report',
  'MakeRoom',
  'AwaitApproval',
  'Approved',
  'Remediate',
  'Acted',
  'Settle',
  'Recheck',
  'Verify',
  'Learn',
] as const;
/** The states on the path of a plan, more often those between its steps. */
const planStates = [
  'AwaitApproval',
  'Approved',
  'Remediate',
  'Acted',
  'PlanWait',
  'Remediate',
  'Acted',
  'PlanWait',
  'Settle',
  'Verify',
] as const;
const functions = [
  'specialist-logs',
  'specialist-metrics',
  'admit',
  'tend-line',
  'report',
  'decide',
  'remediate',
  'verify',
  'learn',
] as const;
const dyingAt = ['assemble-context', 'decide', 'await-approval', 'remediate', 'verify', 'learn'] as const;
const people = ['ana', 'ben', 'cleo'] as const;

export function scheduleOf(seed: number): Schedule {
  const next = random(seed);
  const chance = (share: number) => next() < share;
  const upTo = (most: number) => Math.floor(next() * (most + 1));
  const one = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: upTo(most) }, make);
  const crash = (): Crash =>
    chance(0.5)
      ? { at: one(['before-call', 'during-call', 'after-call'] as const), nth: 0 }
      : { at: one(['entered', 'left'] as const), state: one(states) };
  const single = {
    seed,
    crashes: chance(0.7) ? [crash(), ...(chance(0.3) ? [crash()] : [])] : [],
    calls: several(2, () => one(['unavailable', 'lost-answer', 'slow'] as const)),
    redeliveredMs: several(2, () => upTo(400)),
    answers: chance(0.06)
      ? []
      : Array.from({ length: 1 + upTo(3) }, () => ({
          by: one(people),
          verdict: chance(0.85) ? ('approve' as const) : ('reject' as const),
          afterMs: upTo(60),
        })),
    ...(chance(0.3) ? { twinMs: upTo(300) } : {}),
    chatFails: chance(0.3) ? 1 + upTo(3) : 0,
    pagerFails: chance(0.3),
    ...(chance(0.25) ? { stumbles: one(functions) } : {}),
    ...(chance(0.12) ? { dies: one(dyingAt) } : {}),
  };
  if (!chance(0.5)) return single;
  // Drawn after everything else, so that the schedules of single actions stay as they were.
  const planCrash = (): Crash =>
    chance(0.6)
      ? { at: one(['before-call', 'during-call', 'after-call'] as const), nth: upTo(2) }
      : { at: one(['entered', 'left'] as const), state: one(planStates) };
  return {
    ...single,
    crashes: single.crashes.map(planCrash),
    answers: single.answers.map((answer) => ({ ...answer, verdict: chance(0.92) ? 'approve' : 'reject' })),
    plan: {
      ...(chance(0.25) ? { withdrawnAfter: 1 + upTo(1) } : {}),
      ...(chance(0.35)
        ? {
            meanwhile: {
              after: upTo(2),
              what: one(['scaled', 'replaced', 'rolled out', 'no pod becomes ready', 'autoscaler enabled'] as const),
            },
          }
        : {}),
      answers: several(3, () => one(['approve', 'take-back', 'take-back', 'reject'] as const)),
    },
  };
}
