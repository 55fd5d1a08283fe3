// Sets of symptoms that many causes share.

/** The service answers with errors, slowly, or not at all. */
export const serving = ['unavailable', 'errors', 'latency'] as const;
/** The workload does not do its work. */
export const broken = [...serving, 'crash', 'traffic-drop'] as const;
/** The workload works too slowly. */
export const slow = ['latency', 'errors', 'saturation'] as const;
