// Secrets are fetched when needed and never travel: no value of the workflow, no log line and no error holds one.

export interface Secrets {
  /** Signing secrets of the PagerDuty webhook subscriptions; several during a rotation. Throws `Unavailable` when they cannot be read. */
  pagerDutyWebhook(): Promise<readonly string[]>;
  /** Signing secrets of the Slack app. */
  slackSigning(): Promise<readonly string[]>;
}
