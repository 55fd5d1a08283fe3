// Builds the tags that recognise an incident when its alert recurs. The error's fingerprint exists only after a diagnosis, but the knowledge search
// runs before. Until then only alert, workload and environment are known. The postmortem carries both as tags, and the search matches the tag
// exactly. Pure.

import { maskVariables } from '../../mask-variables.ts';
import type { Context, Trigger } from '../../model/incident.ts';
import { alertNames } from './queries.ts';

/** Alertmanager's prefix of a title: the status and the number of firing alerts. */
const status = /^\s*\[[A-Z]+(?::\d+)?\]\s*/;
const maxNames = 2;
const maxPartCharacters = 80;

/**
 * One tag `recurs:ALERT:WORKLOAD:ENVIRONMENT` for each name of the alert, and one for its title with the variable parts masked. The title tag
 * exists because the alert's name may be known only once the pager's alerts arrive.
 * Returns no tags if the workload is unknown: the same alert elsewhere is another incident.
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

/** Replaces spaces, commas and colons, so that a tag stays one word wherever it is written. */
const part = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N}_./-]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, maxPartCharacters);
