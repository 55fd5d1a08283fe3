// Beginnings of the ids of changes that no revision of a workload holds: going back to an earlier revision does not take them back.

export const changeIds = {
  movedTag: 'ecr-',
  configMap: 'configmap/',
  secret: 'secret/',
  flag: 'launchdarkly-',
  operation: 'cloudtrail-',
} as const;

const beginnings = Object.values(changeIds);

export const isOutsideRevisions = (changeId: string): boolean => beginnings.some((one) => changeId.startsWith(one));
