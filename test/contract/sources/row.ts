// What a kind of source gives to the shared suite: a world behind a double, questions about it, and for each case what decides it or why it is left out.

import type { Scope } from '../../../core/model/scope.ts';
import type { QueryOf, Signal } from '../../../core/ports/telemetry.ts';
import type { Asked } from '../../server.ts';
import type { Dialect, Handler, Pages } from './faults.ts';

export type { Pages } from './faults.ts';

/** The cases of the suite; each question decides each of them. */
export const cases = [
  'service',
  'namespace',
  'cluster',
  'window',
  'place',
  'paging',
  'partial',
  'throttling',
  'late',
  'rights',
  'text',
  'form',
  'size',
] as const;
export type Case = (typeof cases)[number];

/** Why a case does not apply, or which test decides it. */
export interface Left {
  readonly because: string;
}
export const left = (because: string): Left => ({ because });

/** What must not be in an answer: the mark of something beyond the scope. */
type Mark = string;

interface Decides {
  /** Something of another service, namespace or cluster, and of another time, is in the world; each has its mark. */
  readonly service: Mark;
  readonly namespace: Mark;
  readonly cluster: Mark;
  readonly window: Mark;
  /** Every record says its cluster. */
  readonly place: true;
  readonly paging: Pages;
  /** Requests that fail while the others are answered, and what the lack says of them. */
  readonly partial: { readonly fails: (asked: Asked) => boolean; readonly says: RegExp };
  readonly throttling: true;
  /** Milliseconds in which the source answers at the latest though its server does not. */
  readonly late: number;
  /** What the gap says where the login or the right is refused. */
  readonly rights: RegExp;
  /** `%TEXT%` in the world is replaced by hostile text. */
  readonly text: true;
  /** An answer that is no answer of the API is a gap. */
  readonly form: true;
  /** Bytes that are read of an answer without end. */
  readonly size: number;
}

type Asks = { readonly [C in Case]: Decides[C] | Left };

export type Question =
  | {
      readonly [S in Signal]: {
        readonly signal: S;
        readonly query: QueryOf<S>;
        readonly scope: Partial<Scope>;
        /** In the JSON of the answer. */
        readonly inside: readonly string[];
        readonly cases: Asks;
      };
    }[Signal]
  | {
      readonly signal: 'documents';
      readonly inside: readonly string[];
      readonly cases: Asks;
    };

export interface World extends AsyncDisposable {
  readonly handler: Handler;
}

export interface Row {
  /** The documents of the vendor that the double follows. */
  readonly follows: string;
  /** Where it was tried against a part that is not ours: the test, and which part. */
  readonly tried: readonly { readonly part: string; readonly test: string; readonly real: boolean }[];
  readonly dialect: Dialect;
  /** Absent for AWS, whose endpoint is that of the process. */
  settings(url: string): Readonly<Record<string, unknown>>;
  readonly secrets?: (field: string, url: string) => string;
  world(): Promise<World>;
  readonly questions: readonly Question[];
  /** Signals without a question, and why. */
  readonly without?: { readonly [S in Signal]?: string };
}
