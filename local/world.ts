// Defines the differences between a recorded world and a real one: the source of observations, the effect of actions, and further places for
// messages. compose.ts builds a world and the runtime uses it; everything else is the same for both.
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
  extends Pick<
    Ports,
    'clock' | 'telemetry' | 'executor' | 'targets' | 'pager' | 'onCall' | 'catalog' | 'costs' | 'reasoner'
  > {
  /** Absent, nothing can be done with a page on request. */
  readonly pageRequests?: Ports['pageRequests'];
  /** Another place than the console where people read. */
  readonly chat?: Ports['chat'] | undefined;
  /** Reads the messages of that place. */
  readonly threads?: Ports['threads'] | undefined;
  /** The workspace of that chat, and the kinds of its users. */
  readonly userDirectory?: Ports['userDirectory'] | undefined;
  /** Another address of Slack's API, for trials. */
  readonly slackApiUrl?: string | undefined;
  /** Copies documents from where people keep them; absent, no source has any. Resolves with sentences about what could not be read. */
  readonly documents?: { readonly everyHours: number; sync(): Promise<readonly string[]> } | undefined;
  readonly pages: readonly RecordedPage[];
  /** Secrets of PagerDuty's webhook subscriptions, in addition to the runtime's own. */
  readonly webhookSecrets: readonly string[];
  readonly slackSigningSecrets: readonly string[];
  /** How long a model may look further after the first diagnosis; absent, not at all. */
  readonly longSeconds?: number | undefined;
  /** The models in use, without their keys; undefined without a model. */
  readonly model?: unknown;
  /** The duration of a Wait in milliseconds, for recorded time; absent, the state's own value. */
  readonly waitMs?: number | undefined;
}

/** The runtime's parts that a world can use. */
export interface RuntimeDependencies {
  readonly incidents: IncidentStore;
  readonly applied: AppliedActions;
  /** The models' costs per incident. */
  readonly spending: Spending;
  /** The places of posted messages. */
  readonly posts: PostHistory;
  /** The folder in which learned documents are stored and read again; it exists. */
  readonly learnedFolder: string | undefined;
  /** The recorder of model calls. */
  readonly record?: Recorder | undefined;
}

export type MakeWorld = (ground: RuntimeDependencies) => Promise<World>;
