// Incidents at the edge and at vendors, in pairs that look alike to whoever is paged: errors that the CDN makes and errors of its origin, a vendor's
// outage and our own broken way to it.
import { page } from './objects.mjs';

const iso = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');
/** Deterministic noise between -1 and 1. */
const noise = (n) => 2 * (Math.abs(Math.sin(n * 12.9898) * 43758.5453) % 1) - 1;
const round = (value, digits = 4) => Number(value.toFixed(digits));

const now = '2026-11-18T14:20:00Z';
const t = (minutes) => iso(Date.parse(now) + minutes * 60_000);
const cluster = 'frontend-1';
const namespace = 'shop';
const service = (name) => ({ kind: 'Service', name, namespace, cluster });
const from = (start, before, after) => (minute) => (minute < start ? before : after);

const series = (name, signal, unit, value, seed = 0) => ({
  source: 'prometheus',
  entity: service(name),
  signal,
  unit,
  points: Array.from({ length: 78 }, (_, n) => {
    const minute = -155 + 2 * n;
    return [
      Date.parse(t(minute)) / 1000,
      round(Math.max(0, value(minute) * (1 + 0.05 * noise(minute + seed + signal.length)))),
    ];
  }),
});

const cdnId = 'SU1Z0isxPaozGVKXdv0eY';

/** Minutes of a CDN service: shares of 5xx and of its own errors, hit ratio, seconds of a request to the origin. */
function delivered(name, { errors, own, hitRatio, seconds }) {
  const minutes = Array.from({ length: 155 }, (_, n) => {
    const minute = n - 155;
    const requests = Math.round(3000 * (1 + 0.06 * noise(n)));
    const hits = Math.round(requests * 0.9 * hitRatio(minute));
    const misses = Math.round(requests * 0.9) - hits;
    const passes = requests - hits - misses;
    const serverErrors = Math.round(requests * errors(minute) * (1 + 0.1 * noise(n + 7)));
    return {
      at: t(minute),
      requests,
      hits,
      misses,
      passes,
      serverErrors,
      edgeErrors: Math.min(serverErrors, Math.round(requests * own(minute) * (1 + 0.1 * noise(n + 11)))),
      originFetches: misses + passes,
      originSeconds: round((misses + passes) * seconds(minute) * (1 + 0.05 * noise(n + 3)), 2),
    };
  });
  const pops = ['FRA', 'AMS', 'LHR', 'CDG', 'IAD', 'LGA', 'SJC', 'NRT'].map((pop, place) => {
    const requests = Math.round(400 * (1 + 0.3 * noise(place + 5)));
    return {
      pop,
      requests,
      serverErrors: Math.round(requests * errors(-1)),
      edgeErrors: Math.round(requests * own(-1)),
    };
  });
  return {
    cdn: [
      {
        service: name,
        id: cdnId,
        minutes,
        pops,
        popsAt: { start: '2026-11-18T14:18:59Z', end: '2026-11-18T14:19:59Z' },
      },
    ],
  };
}

const activated = (minute, comment, diff) => ({
  id: `fastly-${cdnId}@42`,
  kind: 'config',
  at: t(minute),
  service: 'storefront',
  author: 'Mara Lindt',
  title: `Version 42 of the CDN service activated: ${comment}`,
  diff,
  version: '42',
  entity: { kind: 'Cdn', name: 'storefront', cluster: `fastly:${cdnId}` },
  link: `https://manage.fastly.com/configure/services/${cdnId}/versions/42`,
});

const released = (name, minute, version, { sha, author, title, file, diff }) => [
  {
    id: sha,
    kind: 'commit',
    at: t(minute - 25),
    service: name,
    author,
    title,
    diff: `--- a/${file}\n+++ b/${file}\n${diff}`,
    files: [file],
    commit: sha,
  },
  {
    id: `deploy-${name}-${version}`,
    kind: 'deploy',
    at: t(minute),
    service: name,
    author: 'ci',
    title: `Deploy ${name} ${version}`,
    commit: sha,
    version,
  },
];

function tell(write, id, { title, tags, alert, truth, changes = [], calls = [], files = {} }) {
  write(id, {
    'scenario.json': { id, title, source: 'watchkeeper', now, cluster, environment: 'production', namespace, tags },
    'alert.json': page({ ...alert, at: now }),
    'changes.json': changes.toSorted((a, b) => a.at.localeCompare(b.at)),
    'dependencies.json': calls.map(([a, b]) => ({ from: a, to: b })),
    ...files,
    'expected.json': { vocabulary: 'watchkeeper', rootCause: truth, actions: { right: [], harmful: [] } },
  });
}

export function writeEdge(write) {
  const cdnAlert = {
    title: 'CDN: 5xx ratio of storefront above 5 %',
    service: 'storefront',
    details: {
      service: 'storefront',
      monitor: 'fastly 5xx ratio',
      value: '0.24',
      threshold: '0.05',
      environment: 'production',
      host: 'shop.example.com',
      since: t(-12),
    },
  };
  const calls = [
    ['storefront', 'checkout'],
    ['storefront', 'search-api'],
  ];
  const errors = from(-14, 0.001, 0.24);
  const origin = (errorRatio, rate) => [
    series('storefront', 'error_ratio', '1', errorRatio),
    series('storefront', 'requests_per_second', '1', rate, 3),
    series('storefront', 'latency_p95', 'ms', () => 120, 5),
  ];

  tell(write, 'cdn-edge-version', {
    title: 'A new version of the CDN service expects another name of the origin: the CDN answers 503 itself',
    tags: ['cdn'],
    alert: { id: 'CDN2', ...cdnAlert },
    calls,
    changes: [
      ...released('storefront', -68, 'v2.30.1', {
        sha: '9c1f30ab77e2',
        author: 'Ivo Brandt',
        title: 'Correct the opening hours in the footer',
        file: 'storefront/ui/footer.tsx',
        diff: '@@ -3,4 +3,4 @@\n-  <p>Opening hours: 9 to 17</p>\n+  <p>Opening hours: 9 to 18</p>\n',
      }),
      activated(
        -15.5,
        'prepare the move of the origin',
        '--- version 41\n+++ version 42\n@@ backends\n   - name: shop origin\n     address: origin.shop.example.com\n-    ssl_cert_hostname: origin.shop.example.com\n-    ssl_sni_hostname: origin.shop.example.com\n+    ssl_cert_hostname: origin-v2.shop.example.com\n+    ssl_sni_hostname: origin-v2.shop.example.com\n',
      ),
    ],
    files: {
      'managed.json': delivered('storefront', {
        errors,
        own: from(-14, 0.0004, 0.233),
        hitRatio: from(-14, 0.82, 0.8),
        seconds: () => 0.09,
      }),
      'signals.ndjson': origin(() => 0.002, from(-14, 11, 8.4)),
    },
    truth: {
      entity: { kind: 'Cdn', name: 'storefront' },
      cause: 'config-change',
      change: `fastly-${cdnId}@42`,
    },
  });
  tell(write, 'cdn-edge-version-twin', {
    title:
      'The origin fails after its release and the CDN passes its errors on; a version of the CDN service only changed a log format',
    tags: ['cdn'],
    alert: { id: 'CDN3', ...cdnAlert },
    calls,
    changes: [
      activated(
        -29,
        'log the time of a request',
        '--- version 41\n+++ version 42\n@@ logging_s3\n   - name: access logs\n-    format: \'%h %l %u %t "%r" %>s %b\'\n+    format: \'%h %l %u %t "%r" %>s %b %{time.elapsed.msec}V\'\n',
      ),
      ...released('storefront', -16, 'v2.31.0', {
        sha: '9c1f30ab77e2',
        author: 'Ivo Brandt',
        title: 'Render the price of a product directly',
        file: 'storefront/render/product.ts',
        diff: '@@ -10,9 +10,7 @@\n-  if (product.price === undefined) return notPriced(product);\n-  return render(product, product.price.amount);\n+  return render(product, product.price.amount);\n',
      }),
    ],
    files: {
      'managed.json': delivered('storefront', {
        errors,
        own: () => 0.0004,
        hitRatio: from(-14, 0.82, 0.8),
        seconds: () => 0.09,
      }),
      'signals.ndjson': origin(from(-14, 0.002, 0.58), () => 11),
    },
    truth: { entity: { kind: 'Service', name: 'storefront', namespace }, cause: 'code-change', change: '9c1f30ab77e2' },
  });

  const payCalls = [
    ['storefront', 'checkout'],
    ['checkout', 'cart'],
    ['newsletter', 'templates'],
  ];
  const payAlert = {
    title: 'checkout: error ratio above 5 %',
    service: 'checkout',
    details: {
      service: 'checkout',
      alertname: 'HighErrorRatio',
      severity: 'critical',
      environment: 'production',
      cluster: 'backend-2',
      namespace: 'shop',
      description: 'POST /pay of checkout answers 502',
    },
  };
  const paying = (message, { host = 'api.acmepay.example', start = -13, who = 'checkout' } = {}) =>
    Array.from({ length: 60 }, (_, n) => {
      const minute = -30 + n / 2;
      const failing = minute >= start && n % 3 !== 0;
      return {
        timestamp: t(minute + 0.1),
        source: 'kubernetes',
        labels: {
          cluster: 'backend-2',
          namespace: who === 'newsletter' ? 'marketing' : 'shop',
          service: who,
          pod: `${who}-6d9f7c5b4-x2x7q`,
          level: failing ? 'error' : 'info',
        },
        message: failing ? message(host, n) : `POST https://${host}/v1/charges 200 in ${90 + (n % 7)} ms`,
      };
    });
  const inBackend = (made) => ({ ...made, entity: { ...made.entity, cluster: 'backend-2' } });
  const checkoutSignals = [
    inBackend(series('checkout', 'error_ratio', '1', from(-12, 0.002, 0.31))),
    inBackend(series('checkout', 'requests_per_second', '1', () => 21, 3)),
    inBackend(series('checkout', 'latency_p95', 'ms', from(-12, 180, 2400), 5)),
    inBackend(series('cart', 'error_ratio', '1', () => 0.002, 7)),
  ];
  const unavailable = (host, n) =>
    `PaymentError: POST https://${host}/v1/charges failed: 503 Service Unavailable (attempt ${1 + (n % 3)} of 3)`;
  const acme = {
    provider: 'Acme Pay',
    vendor: 'acme-pay',
    usedBy: ['checkout'],
    hosts: ['api.acmepay.example'],
    link: 'https://status.acmepay.example',
  };
  const theme = released('checkout', -95, 'v8.4.0', {
    sha: '51c0ffee1d2a',
    author: 'Noa Keller',
    title: 'Show the saved cards in the order of their use',
    file: 'checkout/cards/sort.ts',
    diff: '@@ -4,5 +4,5 @@\n-  return cards.toSorted(byName);\n+  return cards.toSorted(byLastUse);\n',
  });

  tell(write, 'vendor-payments', {
    title: 'The payment vendor has an outage of its API',
    tags: ['vendor'],
    alert: { id: 'VEN1', ...payAlert },
    calls: payCalls,
    changes: theme,
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': paying(unavailable),
      'status.json': [
        {
          ...acme,
          kind: 'incident',
          relevant: true,
          at: t(-11),
          state: 'major_outage',
          components: ['Charges API'],
          text: 'Elevated errors on charges: we are investigating failed requests to the Charges API.',
        },
      ],
    },
    truth: { entity: { kind: 'Vendor', name: 'acme-pay' }, cause: 'vendor-outage' },
  });

  const timedOut = (host, n) =>
    `PaymentError: POST https://${host}/v1/charges failed: connect ETIMEDOUT 203.0.113.${20 + (n % 2)}:443 after 5000 ms`;
  tell(write, 'vendor-payments-twin', {
    title: 'Our own way out is broken: the payment vendor is not reached, and its status page is green',
    tags: ['vendor'],
    alert: { id: 'VEN2', ...payAlert },
    calls: payCalls,
    changes: [
      ...theme,
      {
        id: 'config-checkout-egress-12',
        kind: 'config',
        at: t(-14),
        service: 'checkout',
        author: 'Timo Falk',
        title: 'Send outgoing requests of checkout through the new egress gateway (timeout 5000 ms)',
        from: 'egress: nat-gateway',
        to: 'egress: egress-gateway-b',
      },
    ],
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': paying(timedOut),
      'status.json': [
        {
          ...acme,
          kind: 'component',
          relevant: true,
          at: t(0),
          state: 'operational',
          components: ['Charges API'],
          text: 'Charges API: operational',
        },
      ],
    },
    truth: {
      entity: { kind: 'Service', name: 'checkout', namespace },
      cause: 'config-change',
      change: 'config-checkout-egress-12',
    },
  });

  const broken = (_, n) =>
    `TypeError: Cannot read properties of undefined (reading 'last4') at formatCard (/app/cards/sort.js:${12 + (n % 2)}:31)`;
  const cardRelease = released('checkout', -14, 'v8.5.0', {
    sha: '77aa01bd93c4',
    author: 'Noa Keller',
    title: 'Format the last digits of saved cards',
    file: 'checkout/cards/sort.ts',
    diff: '@@ -10,7 +10,6 @@\n-  if (card.details === undefined) return hidden;\n-  return format(card.details.last4);\n+  return format(card.details.last4);\n',
  });
  tell(write, 'vendor-other-component', {
    title: 'A release breaks checkout while another component of its payment vendor has an incident',
    tags: ['vendor'],
    alert: { id: 'VEN3', ...payAlert },
    calls: payCalls,
    changes: cardRelease,
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': paying(broken),
      'status.json': [
        {
          ...acme,
          kind: 'incident',
          relevant: false,
          at: t(-25),
          state: 'major_outage',
          components: ['Merchant Dashboard'],
          text: 'The merchant dashboard does not load. Payments are not affected.',
        },
        {
          ...acme,
          kind: 'component',
          relevant: true,
          at: t(0),
          state: 'operational',
          components: ['Charges API'],
          text: 'Charges API: operational',
        },
      ],
    },
    truth: { entity: { kind: 'Service', name: 'checkout', namespace }, cause: 'code-change', change: '77aa01bd93c4' },
  });

  tell(write, 'vendor-other-component-twin', {
    title: 'A release breaks checkout while its payment vendor has trouble that none of its errors name',
    tags: ['vendor'],
    alert: { id: 'VEN4', ...payAlert },
    calls: payCalls,
    changes: cardRelease,
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': paying(broken),
      'status.json': [
        {
          ...acme,
          kind: 'incident',
          relevant: true,
          at: t(-25),
          state: 'partial_outage',
          components: ['Charges API'],
          text: 'Some charges in one currency are declined. We are investigating.',
        },
      ],
    },
    truth: { entity: { kind: 'Service', name: 'checkout', namespace }, cause: 'code-change', change: '77aa01bd93c4' },
  });

  const unreached = (host, n) =>
    `POST https://${host}/v1/charges failed: connect ETIMEDOUT 203.0.113.${20 + (n % 2)}:443`;
  const written = (list) => list.flat().toSorted((a, b) => a.timestamp.localeCompare(b.timestamp));
  const green = {
    ...acme,
    kind: 'component',
    relevant: true,
    at: t(0),
    state: 'operational',
    components: ['Charges API'],
    text: 'Charges API: operational',
  };
  tell(write, 'egress-down', {
    title: 'Nothing leaves the cluster: several services reach none of several unrelated hosts outside',
    tags: ['vendor'],
    alert: { id: 'EGR1', ...payAlert },
    calls: payCalls,
    changes: theme,
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': written([
        paying(unreached),
        paying(unreached, { host: 'api.parcelwise.example', who: 'shipping' }),
        paying((host) => `Post "https://${host}/v3/send": dial tcp 198.51.100.9:443: i/o timeout`, {
          host: 'smtp-api.letterbird.example',
          who: 'newsletter',
          start: -12,
        }),
      ]),
      'status.json': [green],
    },
    truth: { entity: { kind: 'Cluster', name: 'backend-2' }, cause: 'egress-unavailable' },
  });
  tell(write, 'egress-down-twin', {
    title: 'Several services do not reach two hosts of one vendor, while another vendor answers',
    tags: ['vendor'],
    alert: { id: 'EGR2', ...payAlert },
    calls: payCalls,
    changes: theme,
    files: {
      'signals.ndjson': checkoutSignals,
      'logs.ndjson': written([
        paying(unreached),
        paying(unreached, { host: 'files.acmepay.example', who: 'shipping' }),
        paying(unreached, { host: 'smtp-api.letterbird.example', who: 'newsletter', start: 60 }),
      ]),
      'status.json': [
        {
          ...green,
          usedBy: ['checkout', 'shipping'],
          hosts: ['api.acmepay.example', 'files.acmepay.example'],
          kind: 'incident',
          at: t(-9),
          state: 'major_outage',
          text: 'The Charges API does not answer. We are investigating.',
        },
      ],
    },
    truth: { entity: { kind: 'Vendor', name: 'acme-pay' }, cause: 'vendor-outage' },
  });
}
