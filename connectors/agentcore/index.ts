export { agentCoreMemory, noMemory } from './memory.ts';
