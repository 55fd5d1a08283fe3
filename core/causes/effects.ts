// Sets of symptoms that many causes bring about together.

/** It answers badly, slowly or not at all. */
export const serving = ['unavailable', 'errors', 'latency'] as const;
/** It does not do its work. */
export const broken = [...serving, 'crash', 'traffic-drop'] as const;
/** It does its work too slowly. */
export const slow = ['latency', 'errors', 'saturation'] as const;
