// Generates a text that matches a pattern, from a seed: classes, groups, alternatives and counts, as scanners' rules contain them.
import type { Random } from './make.ts';

const printable = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const escapes: Readonly<Record<string, string>> = { d: '0123456789', w: `${printable}_`, s: ' ', b: '' };
/** For an unbounded count, the range above its minimum. */
const beyond = 8;

/** One text that `pattern` matches. */
export function textOf(pattern: string, random: Random): string {
  let at = 0;
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  function alternatives(): () => string {
    const options = [sequence()];
    while (pattern[at] === '|') {
      at += 1;
      options.push(sequence());
    }
    return () => choose(options)();
  }
  function sequence(): () => string {
    const parts: (() => string)[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const part = atom();
      const [least, most] = count();
      parts.push(() =>
        Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, () => part()).join(''),
      );
    }
    return () => parts.map((part) => part()).join('');
  }
  function atom(): () => string {
    const character = pattern[at] ?? '';
    at += 1;
    if (character === '(') {
      if (pattern.startsWith('?:', at)) at += 2;
      const inner = alternatives();
      at += 1;
      return inner;
    }
    if (character === '[') {
      const set = letters();
      return () => choose([...set]);
    }
    if (character === '\\') {
      const escaped = pattern[at] ?? '';
      at += 1;
      const set = escapes[escaped];
      return set === undefined ? () => escaped : () => (set === '' ? '' : choose([...set]));
    }
    if (character === '.') return () => choose([...printable]);
    return () => (character === '$' || character === '^' ? '' : character);
  }
  /** The letters of a class; the opening bracket has been read. */
  function letters(): string {
    let set = '';
    while (pattern[at] !== ']' && at < pattern.length) {
      let character = pattern[at] ?? '';
      at += 1;
      if (character === '\\') {
        const escaped = pattern[at] ?? '';
        at += 1;
        if (escapes[escaped] !== undefined) {
          set += escapes[escaped];
          continue;
        }
        character = escaped;
      }
      if (pattern[at] === '-' && pattern[at + 1] !== ']') {
        const last = pattern.charCodeAt(at + 1);
        for (let code = character.charCodeAt(0); code <= last; code++) set += String.fromCharCode(code);
        at += 2;
      } else set += character;
    }
    at += 1;
    return set;
  }
  function count(): readonly [least: number, most: number] {
    const rest = pattern.slice(at);
    const braces = /^\{(\d+)(,?)(\d*)\}\??/.exec(rest);
    if (braces) {
      at += braces[0].length;
      const least = Number(braces[1]);
      return [least, braces[2] === '' ? least : braces[3] === '' ? least + beyond : Number(braces[3])];
    }
    const sign = /^[?*+]\??/.exec(rest)?.[0];
    at += sign?.length ?? 0;
    return sign === undefined
      ? [1, 1]
      : sign.startsWith('?')
        ? [0, 1]
        : sign.startsWith('*')
          ? [0, beyond]
          : [1, beyond];
  }
  return alternatives()();
}
