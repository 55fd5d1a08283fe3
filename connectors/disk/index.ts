export { diskEvidence } from './evidence.ts';
export { diskMemory } from './memory.ts';
