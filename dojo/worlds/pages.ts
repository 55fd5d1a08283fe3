// Pages that say little: only the application, or only the namespace.
import { CauseCode, causes } from '../../core/causes/causes.ts';
import { isObject, type Json, type JsonObject, textAt, textsIn } from './json.ts';
import type { Recording } from './recording.ts';
import {
  applied,
  detailsOf,
  doesNotApply,
  nameOf,
  namespaceOf,
  objectsOf,
  pagedNamespace,
  pagedService,
  type Transformation,
  titleOf,
} from './transformation.ts';

function withPage(recording: Recording, title: string, details: JsonObject): Recording {
  const edit = (value: Json, path: string): Json => {
    if (path === '/event/data/title') return title;
    if (path === '/event/data/body/details') return details;
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, edit(item, `${path}/${key}`)]));
  };
  return { ...recording, alert: edit(recording.alert, '') };
}

const alertName = ({ alert }: Recording): string =>
  [...textsIn(detailsOf(alert))].find(({ key }) => key === 'alertname')?.text ?? 'Alert';

export const pageOfApplication: Transformation = {
  name: 'page-application-only',
  about: 'the page names the application and nothing else',
  oneOf: 'page',
  apply(recording) {
    const service = pagedService(recording);
    if (service === undefined) return doesNotApply('The page names no application.');
    return applied(withPage(recording, `${alertName(recording)}: ${service}`, { application: service }));
  },
};

export const pageOfNamespace: Transformation = {
  name: 'page-namespace-only',
  about: 'the page names the namespace and nothing else',
  oneOf: 'page',
  apply(recording) {
    const namespace = pagedNamespace(recording);
    if (namespace === undefined || recording.kubernetes.size === 0) return doesNotApply('The page has no namespace.');
    const { entity, cause } = recording.expected.rootCause;
    const code = CauseCode.safeParse(cause);
    if (code.success && causes[code.data].strikesMany && entity.name === pagedService(recording))
      return doesNotApply('Only the page says which of those that the cause struck is meant.');
    const isThere =
      [entity.namespace, ...homesOf(recording, entity.name)].includes(namespace) || entity.name === namespace;
    return applied(
      withPage(recording, `${alertName(recording)} in ${namespace}`, { namespace }),
      isThere ? 'same' : 'less',
    );
  },
};

const homesOf = (recording: Recording, name: string) =>
  objectsOf(recording).flatMap((object) =>
    nameOf(object) === name && textAt(object, 'kind') !== 'Event' ? [namespaceOf(object)] : [],
  );

const labels: readonly JsonObject[] = [
  { prometheus: 'monitoring/k8s', prometheus_replica: 'prometheus-k8s-0', receiver: 'pagerduty-platform' },
  {
    team: 'platform',
    tier: '2',
    source: 'alertmanager',
    dashboard: 'https://grafana.example.com/d/8f2c/overview?orgId=1',
  },
  {
    generatorURL: 'https://prometheus.example.com/graph?g0.expr=up&g0.tab=1',
    fingerprint: 'a91c0f3e77d2b1aa',
    num_resolved: 0,
  },
];

export const noisyPage: Transformation = {
  name: 'noisy-page',
  about: 'the page has labels and links that say nothing',
  oneOf: 'page',
  apply(recording, random) {
    const [one = {}, other = {}] = random.shuffled(labels);
    return applied(withPage(recording, titleOf(recording.alert), { ...one, ...other, ...detailsOf(recording.alert) }));
  },
};
