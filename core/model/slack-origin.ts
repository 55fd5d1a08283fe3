// The Slack workspace and app that this Watchkeeper belongs to, and the kinds of users that Slack knows.

/** The workspaces, organisation and app that count as ours. */
export interface SlackOrigin {
  /** Every workspace whose people are heard. Empty: nobody said. */
  readonly teams: readonly string[];
  /** Of an Enterprise Grid. */
  readonly enterprise?: string | undefined;
  readonly appId?: string | undefined;
}

export type SlackUserKind = 'person' | 'bot' | 'foreign' | 'unknown';
