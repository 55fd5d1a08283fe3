// A specialist is a folder here and a row in index.ts. The folder holds index.ts (this interface), investigate.ts (the analysis) and prompt.md (how a
// model works as this specialist, docs/configuration.md). Each runs in a Lambda of its own, with a context of its own.
import type { Context, Trigger } from '../model/incident.ts';
import type { Brief, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';

export type SpecialistPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids' | 'reasoner'>;

export type Investigate = (brief: Brief, ports: SpecialistPorts) => Promise<Report>;

export interface Specialist {
  /** The name of its folder. Its function is `specialist-NAME`, its prompt has this id. */
  readonly name: string;
  /** What it is asked about a thing, for example "CronJob nightly-invoices". */
  question(about: string): string;
  /** Whether it can contribute to this incident. */
  applies(context: Context, trigger: Trigger): boolean;
  /** Its analysis, loaded only where it runs: the table of specialists stays small for whoever only plans. */
  load(): Promise<Investigate>;
}

export const alwaysApplies = (): boolean => true;

/** The id of its prompt and the name of its function, without a stage's prefix. */
export const specialistId = (name: string): string => `specialist-${name}`;
