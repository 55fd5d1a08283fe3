// How an incident is recognised when its alert comes again. The fingerprint of an error is known only once a diagnosis is; when knowledge is
// asked, alert, workload and environment are. The postmortem carries both as tags, and the tag is looked up as it stands. Pure.

import { maskVariables } from '../../mask-variables.ts';
import type { Context, Trigger } from '../../model/incident.ts';
import { alertNames } from './queries.ts';

/** What Alertmanager puts before a title: how many fire this time. */
const status = /^\s*\[[A-Z]+(?::\d+)?\]\s*/;
const maxNames = 2;
const maxPartCharacters = 80;

/**
 * One tag for each name of the alert and one for its title without what varies, `recurs:ALERT:WORKLOAD:ENVIRONMENT`: the page's name may
 * come only with the pager's alerts. None where no workload is known: the same alert elsewhere is another incident.
 */
export function recurrenceTags(trigger: Trigger, { workload, environment }: Context): readonly string[] {
  if (!workload) return [];
  const { kind, namespace = '-', name } = workload;
  const place = [`${kind}/${namespace}/${maskVariables(name)}`, environment?.value ?? 'unknown'].map(part);
  const alerts = [...alertNames(trigger).slice(0, maxNames), maskVariables(trigger.title.replace(status, ''))].map(
    part,
  );
  return [...new Set(alerts)].filter(Boolean).map((alert) => ['recurs', alert, ...place].join(':'));
}

/** Without spaces, commas or colons, so that a tag stays one word wherever it is written. */
const part = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N}_./-]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, maxPartCharacters);
