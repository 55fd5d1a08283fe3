import { expect, test } from 'vitest';
import { drawGraph, type GraphEdge, type GraphNode, svgOfGraph } from '../../../core/charts/call-graph.ts';

const node = (id: string, over: Partial<GraphNode> = {}): GraphNode => ({ id, name: id, tone: 'plain', ...over });
const edge = (from: string, to: string, over: Partial<GraphEdge> = {}): GraphEdge => ({
  from,
  to,
  tone: 'plain',
  title: `${from} calls ${to}`,
  ...over,
});

test('callers stand before the called ones, and below each other on narrow screens', () => {
  const nodes = [node('web'), node('orders'), node('stock')];
  const edges = [edge('web', 'orders'), edge('orders', 'stock', { tone: 'bad', label: '12 %' })];
  const across = drawGraph(nodes, edges);
  const down = drawGraph(nodes, edges, 'down');
  expect(across?.nodes.map(({ x }) => x).toSorted((a, b) => a - b)).toEqual(across?.nodes.map(({ x }) => x));
  expect(new Set(across?.nodes.map(({ y }) => y)).size).toBe(1);
  expect(down?.nodes.map(({ y }) => y).toSorted((a, b) => a - b)).toEqual(down?.nodes.map(({ y }) => y));
  expect(down?.width).toBeLessThan(390);
  for (const { path, head, at } of across?.edges ?? []) {
    expect(path).toMatch(/^M[\d. QL-]+$/);
    expect(head.split(' ')).toHaveLength(6);
    expect(Number.isFinite(at.x + at.y)).toBe(true);
  }
});
test('circles, calls of itself, unknown ends and hostile names do no harm', () => {
  const hostile = '__proto__';
  const drawing = drawGraph(
    [node('a'), node(hostile), node('<script>alert(1)</script>'.repeat(40))],
    [edge('a', hostile), edge(hostile, 'a'), edge('a', 'a'), edge('a', 'nobody'), edge('a', hostile, { tone: 'old' })],
  );
  expect(drawing?.nodes).toHaveLength(3);
  expect(drawing?.edges.map(({ from, to }) => [from, to])).toEqual([
    ['a', hostile],
    [hostile, 'a'],
    ['a', hostile],
  ]);
  expect(drawing?.nodes.every(({ lines }) => lines.every((text) => text.length <= 24))).toBe(true);
  const svg = svgOfGraph(drawing ?? { width: 0, height: 0, nodes: [], edges: [] }, '<b>Calls</b>');
  expect(svg).not.toMatch(/<script|<b>/);
  expect(svg).toMatch(/^<svg /);
  expect(drawGraph([], [])).toBeUndefined();
});
test('a large graph is laid out within a second', () => {
  const names = Array.from({ length: 36 }, (_, n) => `s${n}`);
  const calls = names.flatMap((from, n) => [1, 3].flatMap((k) => (n + k < 36 ? [edge(from, `s${n + k}`)] : [])));
  const started = performance.now();
  expect(
    drawGraph(
      names.map((name) => node(name)),
      calls,
    )?.edges,
  ).toHaveLength(calls.length);
  expect(performance.now() - started).toBeLessThan(2000);
});
