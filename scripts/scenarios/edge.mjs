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
}
