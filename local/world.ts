// What differs between a recorded world and a real one: where observations come from, what acting does, who else is told. Built in
// compose.ts, used by the runtime; everything else is the same for both.
import type { Ports } from '../core/ports/index.ts';
import type { AppliedActions, IncidentStore, PostHistory, Spending } from '../core/ports/records.ts';
import type { Recorder } from '../core/replay/record.ts';

/** A page that this world can send itself. `body` is POSTed byte for byte. */
export interface RecordedPage {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

export interface World
  extends Pick<Ports, 'clock' | 'telemetry' | 'executor' | 'targets' | 'pager' | 'catalog' | 'costs' | 'reasoner'> {
  /** Another place than the console where people read. */
  readonly chat?: Ports['chat'] | undefined;
  /** What was said there. */
  readonly threads?: Ports['threads'] | undefined;
  /** Whose chat that is, and who somebody in it is. */
  readonly userDirectory?: Ports['userDirectory'] | undefined;
  /** Another address of Slack's API, for trying things out. */
  readonly slackApiUrl?: string | undefined;
  readonly pages: readonly RecordedPage[];
  /** Secrets of PagerDuty's webhook subscriptions, besides the runtime's own. */
  readonly webhookSecrets: readonly string[];
  readonly slackSigningSecrets: readonly string[];
  /** Which models it asks, without their keys; undefined without one. */
  readonly model?: unknown;
  /** How long a Wait takes where time is recorded; as long as it says where absent. */
  readonly waitMs?: number | undefined;
}

/** What the runtime has for a world to build on. */
export interface RuntimeDependencies {
  readonly incidents: IncidentStore;
  readonly applied: AppliedActions;
  /** What models cost each incident. */
  readonly spending: Spending;
  /** Where messages went. */
  readonly posts: PostHistory;
  /** Where documents that were learned are kept, and read again; an existing folder. */
  readonly learnedFolder: string | undefined;
  /** Where calls of models are written down. */
  readonly record?: Recorder | undefined;
}

export type MakeWorld = (ground: RuntimeDependencies) => Promise<World>;
