// Names the parts of an incident's place that people look for: the cluster and the namespace, or for a service without a cluster its account and region.

export const placeFields = (serverless: true | undefined) =>
  serverless
    ? (['service', 'environment', 'account', 'region'] as const)
    : (['service', 'cluster', 'environment', 'namespace'] as const);
