// Reads secrets when they are needed. Workflow state, log lines and errors never hold a secret.

export interface Secrets {
  /** Signing secrets of the PagerDuty webhook subscriptions; several during a rotation. Throws `Unavailable` if they cannot be read. */
  pagerDutyWebhook(): Promise<readonly string[]>;
  /** Signing secrets of the Slack app. */
  slackSigning(): Promise<readonly string[]>;
}
