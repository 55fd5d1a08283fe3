// Documents that are read where people keep them, such as repositories and wikis, and the place that holds their copies.
import type { KnowledgeDocument } from './telemetry.ts';

export interface SourceDocument {
  /** Unique in its part, and stable: a path, or the id of a page. */
  readonly id: string;
  /** Changes when the document does. */
  readonly version: string;
  readonly title?: string | undefined;
  readonly link: string;
  /** ISO 8601. */
  readonly changedAt?: string | undefined;
  readonly service?: string | undefined;
  /** Absent: the version is the one that we hold. */
  readonly markdown?: string | undefined;
}

/** One repository, space or prefix, which succeeds or fails as a whole. */
export type DocumentPart =
  | {
      readonly kind: 'data';
      readonly part: string;
      /** Every document that is there now. */
      readonly documents: readonly SourceDocument[];
      /** Documents that are not copied, each with the reason. */
      readonly leftOut: readonly { readonly what: string; readonly why: string }[];
    }
  | { readonly kind: 'failed'; readonly part: string; readonly reason: string };

/** Holds the copies and one record of the last synchronization. */
export interface DocumentCopies {
  /** The names of all copies. */
  names(): Promise<readonly string[]>;
  put(document: KnowledgeDocument): Promise<void>;
  remove(name: string): Promise<void>;
  /** Undefined if there is none yet. */
  readState(): Promise<unknown>;
  writeState(state: unknown): Promise<void>;
}

/** Documents of one configured source. */
export interface DocumentSource {
  readonly name: string;
  /** `known`: the versions that we hold, by part and id. Throws only if nothing at all could be read. */
  read(known: (part: string, id: string) => string | undefined): Promise<readonly DocumentPart[]>;
}
