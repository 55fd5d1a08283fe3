// The Slack workspace and app of this Watchkeeper, and the kinds of Slack users.

/** The workspaces, organisation and app that count as ours. */
export interface SlackOrigin {
  /** Every workspace whose people may give commands. Empty: unknown. */
  readonly teams: readonly string[];
  /** Id of the Enterprise Grid organisation. */
  readonly enterprise?: string | undefined;
  readonly appId?: string | undefined;
}

export type SlackUserKind = 'person' | 'bot' | 'foreign' | 'unknown';
