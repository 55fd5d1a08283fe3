// Recognises an alert that another app posted in a channel, and finds the configured rule for it. The recognisers read the formats that PagerDuty,
// Alertmanager, Grafana, New Relic and AWS's chat app document. The fields that they find are untrusted text.
import { flattenDetails } from '../context/flatten-details.ts';
import type { ChatMessage } from '../model/utterance.ts';
import type { Catalog } from '../ports/catalog.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

export type AlertSource = Catalog['conversation']['alerts'][number]['from'];

export interface Alert {
  readonly from: AlertSource;
  readonly title: string;
  readonly state: 'firing' | 'resolved';
  readonly details: Readonly<Record<string, string>>;
  readonly link?: string | undefined;
  /** PagerDuty's own id of the incident, as in the webhook. */
  readonly pageId?: string | undefined;
}

/** How to recognise each source: by the author of the message, or by text that no other source writes. */
const marks: readonly { readonly from: AlertSource; readonly by: RegExp; readonly text: RegExp }[] = [
  { from: 'pagerduty', by: /pager ?duty/i, text: /https:\/\/[\w-]+\.(?:eu\.)?pagerduty\.com\/incidents\// },
  { from: 'grafana', by: /grafana/i, text: /\bgrafana v\d|\/alerting\/grafana\//i },
  {
    from: 'alertmanager',
    by: /alert ?manager|prometheus/i,
    text: /^\s*\[(?:FIRING|RESOLVED)(?::\d+)?(?:, ?RESOLVED:\d+)?\]/,
  },
  { from: 'new-relic', by: /new ?relic/i, text: /https:\/\/(?:[\w-]+\.)*newrelic\.com\// },
  {
    from: 'cloudwatch',
    by: /aws chatbot|amazon q|cloudwatch/i,
    text: /\bCloudWatch Alarm\b|console\.aws\.amazon\.com\/cloudwatch\//,
  },
];

const resolved =
  /^\W*\[?(?:resolved|closed|ok|recovered)\b|\b(?:resolved|closed) by\b|\bstate (?:is|changed to) ok\b|: ok$/i;
const pageLink = /https:\/\/[\w-]+\.(?:eu\.)?pagerduty\.com\/incidents\/([A-Z0-9]{7,20})/;
const label = /^\W{0,3}([A-Za-z][\w ./-]{0,40}?)\W{0,2}\s*[:=]\s*\W{0,2}(\S.*)$/;

/** Returns undefined for a message that is no alert of a known system, unless `anyway` is set because a person pointed at it. */
export function readAlert(message: ChatMessage, anyway = false): Alert | undefined {
  const known = marks.find(
    ({ by, text: pattern }) => (message.from === 'app' && by.test(message.by)) || matchesText(message, pattern),
  );
  if (!known && !anyway) return undefined;
  const pageId = [...message.links, message.text]
    .map((one) => pageLink.exec(one)?.[1])
    .find((one) => one !== undefined);
  const lines = message.text.split('\n').map((line) => line.trim());
  const title = message.title ?? lines.find((line) => line !== '') ?? '';
  return {
    from: known?.from ?? 'other',
    title: shorten(clean(redact(title)), 1000) || 'An alert without words',
    state: resolved.test(title) || lines.some((line) => /^\W*resolved\b/i.test(line)) ? 'resolved' : 'firing',
    details: flattenDetails({ ...message.fields, ...labelled(lines), message: message.text.slice(0, 1000) }),
    link: message.links.find((one) => /^https:\/\//.test(one)),
    pageId,
  };
}

const matchesText = ({ text, title = '', links }: ChatMessage, pattern: RegExp): boolean =>
  pattern.test(text) || pattern.test(title) || links.some((link) => pattern.test(link));

/** Turns labels such as "*Namespace:* billing" and "namespace = billing" into one field each. */
function labelled(lines: readonly string[]): Record<string, string> {
  const found: [string, string][] = [];
  for (const line of lines.slice(0, 100)) {
    const [, key, value] = label.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !/^https?$/i.test(key))
      found.push([key.trim(), value.replace(/^[*_`]+\s*|[*_`]+$/g, '')]);
  }
  return Object.fromEntries(found);
}

/** The first rule that matches this alert in this channel. */
export function ruleFor(
  alert: Alert,
  message: Pick<ChatMessage, 'by'>,
  channel: string,
  { conversation }: Catalog,
): Catalog['conversation']['alerts'][number] | undefined {
  return conversation.alerts.find(
    (rule) =>
      rule.from === alert.from &&
      (rule.app === undefined || rule.app.toLowerCase() === message.by.toLowerCase()) &&
      (rule.channels.length === 0 || rule.channels.includes(channel)) &&
      (rule.title === undefined || alert.title.toLowerCase().includes(rule.title.toLowerCase())),
  );
}

/** The title without the parts that differ between a pager, a chat and a mail about the same alert. */
export const plainTitle = (title: string): string =>
  title
    .toLowerCase()
    .replace(
      /\[(?:firing|resolved)(?::\d+)?(?:, ?resolved:\d+)?\]|\[?#\d+\]?|\b(?:triggered|resolved|firing|alert|incident)\b:?/g,
      ' ',
    )
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
