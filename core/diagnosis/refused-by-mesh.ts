// Raises a mesh policy that lets only some callers in to a cause if a log shows that the proxy of that server refused a call. A policy that refuses
// nobody who matters is as it should be. The refused calls in the logs then become symptoms that point to the server.

import type { EntityRef } from '../model/entity.ts';
import { sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';

/** What Envoy answers, and writes of itself, if its filter of rights refuses: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter */
const refusal = /RBAC: access denied|rbac_access_denied/i;
const wordsOf = (line: string): readonly string[] => line.toLowerCase().split(/[^a-z0-9-]+/);

/** `textOf` gives the text of a finding's evidence. */
export function withMeshRefusals(
  findings: readonly Finding[],
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const policies = findings.filter(({ cause, role }) => cause === 'mesh-authorization' && role === 'context');
  if (policies.length === 0) return findings;
  const refused = findings
    .filter(({ specialist, role }) => specialist === 'logs' && role !== 'context')
    .map((finding) => ({ finding, text: `${finding.claim}\n${textOf(finding)}` }))
    .filter(({ text }) => refusal.test(text));
  const shownFor = new Map(
    policies.map((policy) => [
      policy,
      refused.filter(({ finding, text }) => concerns(policy.entity, finding, text)).map(({ finding }) => finding),
    ]),
  );
  const serverOf = new Map(
    [...shownFor].flatMap(([{ entity }, shown]) => shown.map((finding) => [finding, entity] as const)),
  );
  return findings.map((finding) => {
    const shown = shownFor.get(finding) ?? [];
    if (shown.length > 0) return asCause(finding, shown);
    const server = serverOf.get(finding);
    if (server === undefined) return finding;
    const { cause: _, ...symptom } = finding;
    return { ...symptom, role: 'symptom' as const, ...(isOf(server, finding.entity) ? {} : { dependency: server }) };
  });
}

const isOf = (server: EntityRef, writer: EntityRef): boolean => {
  const owner = ownerOf(writer);
  return sameWorkload(owner, server) || (owner.kind === 'Service' && owner.name === server.name);
};

/** The server's proxy wrote it, or a caller names the server in the refused call. */
const concerns = (server: EntityRef, { entity }: Finding, text: string): boolean =>
  isOf(server, entity) ||
  text.split('\n').some((line) => refusal.test(line) && wordsOf(line).includes(server.name.toLowerCase()));

function asCause(policy: Finding, shown: readonly Finding[]): Finding {
  const onset = shown
    .flatMap((finding) => finding.onset ?? [])
    .sort()
    .at(0);
  return {
    ...policy,
    role: 'cause',
    severity: 'critical',
    confidence: 0.9,
    claim: `${policy.claim.replace(/\.$/, '')}; the log shows that its proxy refuses calls.`.slice(0, 400),
    evidenceIds: [...new Set([...policy.evidenceIds, ...shown.flatMap((finding) => finding.evidenceIds)])].slice(0, 8),
    ...(onset === undefined ? {} : { onset }),
  };
}
