// Signs for a vendor's outage: whether the errors of the services that use the vendor name it. A status page alone shows trouble somewhere at a
// vendor, not that our errors come from there.
import type { Candidate } from '../candidates.ts';
import { observed, type ScoringContext, type Sign } from '../scene.ts';

/** Only for vendors whose users the catalogue names. */
export function signsOfVendor({ subject, service, entity, cause }: Candidate, scene: ScoringContext): Sign[] {
  const { graph, findings, subjects } = scene;
  if (cause !== 'vendor-outage' || entity.kind !== 'Vendor' || service === undefined) return [];
  const users = graph.callersOf(service);
  const isNamed = ({ dependency }: (typeof findings)[number]) =>
    dependency !== undefined && subjects.keyOf(dependency) === subject;
  if (observed(findings).some(isNamed)) return [];
  const own = observed(findings).filter(
    ({ specialist, entity: one }) => specialist === 'logs' && users.has(subjects.serviceOf(one) ?? ''),
  );
  const [first] = own;
  return first === undefined
    ? [{ weight: -0.5, text: 'no error towards it is known' }]
    : [{ weight: -1.8, text: `the errors of ${first.entity.name} do not name it` }];
}
