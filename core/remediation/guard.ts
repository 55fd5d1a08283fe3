// The question that is put to the policies, the same at the decision and right before the act. Level, kill switch and protection are
// read anew each time, because the world may have changed in between.
import type { Action, Level } from '../model/action.ts';
import type { Context } from '../model/incident.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Policies, PolicyRequest } from '../ports/channels.ts';

export interface Standing {
  readonly context: Context;
  readonly confidence: number;
  readonly seenInEvidence: boolean;
}

export async function authorize(
  actor: PolicyRequest['actor'],
  action: Action,
  standing: Standing,
  catalog: Catalog,
  policies: Policies,
): ReturnType<Policies['authorize']> {
  const service = catalog.services.find((s) => s.name === standing.context.service?.value);
  const environment = environmentOf(standing.context, catalog);
  const { kind, name, namespace, cluster } = action.target;
  return policies.authorize({
    actor,
    action: action.id,
    target: { kind, name, namespace, cluster },
    context: {
      level: levelOf(environment, service?.level, catalog),
      environment: environment ?? 'unknown',
      environmentKnown: environment !== undefined,
      killSwitch: catalog.killSwitch,
      protected: service?.protected ?? false,
      seenInEvidence: standing.seenInEvidence,
      reversible: action.reversible,
      confidencePercent: Math.round(standing.confidence * 100),
    },
  });
}

/** The environment, where the catalogue knows it and nothing speaks against it. */
export function environmentOf(context: Context, catalog: Catalog): string | undefined {
  const value = context.environment?.value;
  return value !== undefined && value in catalog.environments ? value : undefined;
}

/** A service's own level goes before its environment's; where neither is known, nothing but reading is allowed. */
function levelOf(environment: string | undefined, serviceLevel: Level | undefined, catalog: Catalog): Level {
  if (environment === undefined) return 'crawl';
  return serviceLevel ?? catalog.environments[environment]?.level ?? 'crawl';
}
