export { diskAnchors } from './anchors.ts';
export { diskEvidence } from './evidence.ts';
export { diskMemory } from './memory.ts';
export { diskTape } from './tape.ts';
