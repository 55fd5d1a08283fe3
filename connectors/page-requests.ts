// The PageRequests port: PagerDuty for the page, Alertmanager for silences, each as far as it is configured.
import type { PageRequests } from '../core/ports/channels.ts';
import { type AlertmanagerConfig, alertmanager } from './alertmanager/index.ts';
import type { PagerDutyConfig } from './pagerduty/client.ts';
import { pagerDutyRequests } from './pagerduty/requests.ts';

export function pageRequests(config: {
  readonly pagerduty: PagerDutyConfig;
  readonly alertmanager?: AlertmanagerConfig | undefined;
}): PageRequests {
  const pager = pagerDutyRequests(config.pagerduty);
  const silences = alertmanager(config.alertmanager ?? {});
  return {
    can: new Set([...pager.can, ...silences.can]),
    find: pager.find,
    covered: silences.covered,
    carryOut: (request, on) => (request.kind === 'silence' ? silences : pager).carryOut(request, on),
  };
}
