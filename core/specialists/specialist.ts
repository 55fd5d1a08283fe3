// Defines a specialist: a folder here and a row in index.ts. The folder holds index.ts (this interface), investigate.ts (the analysis) and
// prompt.md (the instructions for a model in this role, docs/configuration.md). Each specialist runs in its own Lambda with its own context.
import type { Context, Trigger } from '../model/incident.ts';
import type { Brief, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';

export type SpecialistPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids' | 'reasoner'>;

export type Investigate = (brief: Brief, ports: SpecialistPorts) => Promise<Report>;

export interface Specialist {
  /** The folder's name. Its function and its prompt have the id `specialist-NAME`. */
  readonly name: string;
  /** The question to this specialist about an entity, for example "CronJob nightly-invoices". */
  question(about: string): string;
  /** Whether the specialist can contribute to this incident. */
  applies(context: Context, trigger: Trigger): boolean;
  /** Loads the analysis only where it runs, so that a planner can import the table cheaply. */
  load(): Promise<Investigate>;
}

export const alwaysApplies = (): boolean => true;

/** Id of the prompt and name of the function, without a stage's prefix. */
export const specialistId = (name: string): string => `specialist-${name}`;
