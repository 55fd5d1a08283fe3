// Causes about names that do not resolve, and traffic that is delayed or denied.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { observed } from './checks.ts';
import { serving } from './effects.ts';

const network = {
  group: 'network',
  kind: 'state',
  canComeOfChange: false,
  explains: ['liveness-probe', 'readiness-probe', 'slow-itself', 'application-crash', 'job-failed', 'job-deadline'],
  explainsInside: [],
  strikesMany: true,
  onset: 'timely',
  needsWorkload: false,
  effects: {
    own: [...serving, 'traffic-drop'],
    callers: serving,
    reaches: 'always',
    callees: ['traffic-drop'],
    inside: serving,
  },
  nextStep: ({ it }) => `Check the network and the name resolution on the way to ${it}, from where its callers run`,
  prevention: (it) =>
    `Test that ${it} reaches what it needs from where it runs, after every change of policies, routes and names.`,
} as const satisfies Partial<CauseEntry>;

export const networkCauses = {
  'dns-failure': {
    ...network,
    title: 'Names do not resolve',
    confirms: 'no such host, NXDOMAIN, temporary failure in name resolution',
    rulesOut: [byHand('names resolve')],
    depth: 'root',
    aliases: [
      [
        'dns',
        'nxdomain',
        'no such host',
        'name resolution',
        'name does not resolve',
        'name did not resolve',
        'names do not resolve',
        'names did not resolve',
      ],
    ],
    obstacles: ['lies-in-dependency'],
    effects: { own: serving, callers: serving, reaches: 'always', callees: ['traffic-drop'], inside: serving },
  },
  'network-delay': {
    ...network,
    title: 'Network latency to a pod',
    confirms:
      'a measurement of the way to the pod rises, or all of its calls take the same time more, with no CPU cause',
    rulesOut: [byHand('only some calls slow')],
    depth: 'partial',
    aliases: [words.network],
    obstacles: [],
    effects: {
      own: ['latency', 'errors'],
      callers: ['latency', 'errors'],
      reaches: 'always',
      callees: [],
      inside: ['latency', 'errors'],
    },
  },
  'pod-address-exhausted': {
    ...network,
    title: 'No address is left for new pods',
    confirms: 'FailedCreatePodSandBox: no free IP address',
    rulesOut: [{ observation: 'all of its pods are available', check: observed('all-pods-available') }],
    depth: 'root',
    canComeOfChange: true,
    explains: [...network.explains, 'hpa-at-limit'],
    aliases: [['ip address', 'ip addresses', 'address exhausted', 'addresses exhausted', 'subnet', 'no free address']],
    obstacles: ['no-room-for-pods', 'new-pods-meet-it'],
    effects: { own: [...serving, 'saturation'], callers: serving, reaches: 'if-seen', callees: [], inside: serving },
    nextStep: ({ it }) =>
      `Add addresses to the network of the pods, or ask for fewer pods of ${it}; pods that run must stay`,
    prevention: (it) =>
      `Alert on the free addresses of the subnets and address pools that ${it} uses, and size them for the most pods.`,
  },
  'network-policy': {
    ...network,
    title: 'A network policy blocks the traffic',
    confirms: 'timeouts, and a policy that selects the pod without allowing the caller',
    rulesOut: [byHand('no policy selects it')],
    depth: 'root',
    aliases: [words.network],
    obstacles: ['lies-in-dependency'],
  },
  'egress-unavailable': {
    ...network,
    title: 'Our way out to the internet is broken',
    confirms: 'unrelated external hosts time out or are refused at the same time, and hosts inside answer',
    rulesOut: [byHand('only one vendor is not reached'), byHand('another external host answers from there')],
    depth: 'root',
    canComeOfChange: true,
    explains: [...network.explains, 'dependency-unavailable', 'dns-failure'],
    explainsInside: ['any-effect', 'dependency-unavailable'],
    aliases: [['egress', 'nat gateway', 'outbound', 'way out', 'forward proxy', 'egress proxy']],
    obstacles: ['lies-in-dependency', 'new-pods-meet-it'],
    nextStep: ({ it }) =>
      `Call an external host from ${it}, and check its NAT gateway, its egress proxy, its egress policies and the names of external hosts`,
    prevention: (it) =>
      `Watch an external host from inside ${it}, and alert on errors and used-up ports of its NAT gateway or egress proxy.`,
  },
  'mesh-mutual-tls': {
    ...network,
    title: 'The two sides do not agree on mutual TLS',
    confirms: 'strict mutual TLS at the server, and a caller without it',
    rulesOut: [byHand('both have a proxy, or plain text is allowed')],
    depth: 'root',
    aliases: [['mtls', 'mutual tls'], words.mesh],
    obstacles: [],
  },
  'mesh-authorization': {
    ...network,
    title: 'A mesh policy denies the calls',
    confirms: 'an authorization policy that selects the server allows nobody or denies everybody',
    rulesOut: [byHand('the caller is allowed')],
    depth: 'root',
    aliases: [words.mesh],
    obstacles: [],
  },
  'mesh-proxy': {
    ...network,
    title: 'The sidecar proxy is not ready',
    confirms: 'the proxy container is not ready while the application is',
    rulesOut: [byHand('the proxy is ready')],
    depth: 'root',
    aliases: [words.mesh],
    obstacles: [],
    effects: {
      own: [...serving, 'traffic-drop'],
      callers: serving,
      reaches: 'if-seen',
      callees: ['traffic-drop'],
      inside: serving,
    },
  },
} as const satisfies Record<string, CauseEntry>;
