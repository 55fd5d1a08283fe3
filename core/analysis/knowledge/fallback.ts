// Combines two knowledge bases: if the first cannot answer, the second does and says so. Additions go to both.
import type { KnowledgeBase } from '../../ports/telemetry.ts';

export const withFallback = (first: KnowledgeBase, second: KnowledgeBase): KnowledgeBase => ({
  async search(query) {
    const found = await first.search(query);
    if (found.kind === 'data') return found;
    const instead = await second.search(query);
    if (instead.kind === 'gap') return found;
    const missing = [`${found.gap.reason} The local index was searched instead.`, ...(instead.missing ?? [])];
    return { ...instead, missing };
  },
  async add(document) {
    await first.add(document);
    await second.add(document);
  },
});
