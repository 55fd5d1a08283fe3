export { ModelConfig } from './config.ts';
export { type Prompt, parsePrompt } from './prompts.ts';
export { noReasoner, strandsReasoner } from './reasoner.ts';
