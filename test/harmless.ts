// What Slack would make of a message's blocks: whom it tells, where it links, what it parses. For tests that nothing of others does so.
import { expect } from 'vitest';

type Node = Readonly<Record<string, unknown>>;

/** Every object in it, however deep. */
export function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesIn)];
}

/** The people it mentions. */
export const mentionedIn = (blocks: unknown): unknown[] =>
  nodesIn(blocks).flatMap(({ type, user_id, usergroup_id }) =>
    type === 'user' ? [user_id] : type === 'usergroup' ? [usergroup_id] : [],
  );

/** It mentions nobody but `people`, links nowhere, shows no picture, and whatever Slack parses is escaped and taken as it is. */
export function expectHarmless(blocks: unknown, people: readonly string[] = []): void {
  const nodes = nodesIn(blocks);
  const types = new Set(nodes.map(({ type }) => type));
  for (const type of ['link', 'broadcast', 'channel', 'image', 'markdown', 'emoji']) expect(types).not.toContain(type);
  expect(nodes.filter((node) => 'url' in node || 'image_url' in node)).toEqual([]);
  expect(mentionedIn(blocks).filter((id) => !people.includes(String(id)))).toEqual([]);
  for (const node of nodes) {
    if (node.type !== 'mrkdwn') continue;
    expect(node.verbatim).toBe(true);
    expect(String(node.text)).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
  }
}
