// Lists phrases that people use for several causes. Each list is one row of `aliases`.

export const words = {
  memory: ['memory', 'ram', 'heap'],
  cpu: ['cpu'],
  database: ['database', 'databases', 'db', 'mysql', 'postgres', 'postgresql', 'mariadb', 'mongo', 'mongodb', 'sql'],
  wrongPort: ['wrong port'],
  network: ['network', 'latency'],
  traffic: ['traffic', 'requests'],
  edge: ['cdn', 'edge'],
  image: ['image'],
  quota: ['quota', 'quotas'],
  probe: ['probe', 'probes'],
  node: ['node', 'nodes'],
  selector: ['selector'],
  mesh: ['mesh', 'istio', 'linkerd'],
} as const;
