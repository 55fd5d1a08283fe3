// Parses a section of a runbook into steps: list items, numbered steps, headings that are instructions, sentences, and the commands of code blocks. A
// command is classified by what it would do, so that whatever changes something is a person's step. Pure; nothing executes a command.
import type { RunbookStep } from '../../model/checklist.ts';
import { clean, shorten } from '../../text.ts';
import { commandEffect } from './commands.ts';

const maxText = 400;
const maxCommand = 300;
/** Longer sections are cut before they are parsed. */
const maxSection = 40_000;

const checkVerbs =
  'check|verify|confirm|look|see|compare|read|inspect|find|list|get|describe|show|review|examine|make sure|ensure|count|search|grep|query|watch|monitor|identify|determine|view|is|are|does|do|has|have|was|were|which|what|whether';
const actionVerbs =
  'restart|rerun|re-run|run|execute|delete|scale|roll ?back|roll|rollback|drain|cordon|uncordon|apply|patch|deploy|redeploy|revert|kill|stop|start|raise|increase|decrease|reduce|lower|page|call|ask|contact|notify|escalate|tell|inform|open|close|create|update|change|set|edit|fail ?over|disable|enable|purge|flush|invalidate|remove|clear|upgrade|downgrade|approve|reboot|terminate|trigger|retry|resume|pause|suspend|add|move|replace|rotate|renew|unlock|grant|merge|push|ping|wait|ignore|post|send|file|log in|ssh|connect|use|put|turn|switch|shift|skip|force|evict|truncate|vacuum|free|expand|resize|bounce|recreate|reset|restore|request';
const lead =
  '(?:(?:first|then|next|now|please|also|finally|otherwise|and|afterwards|in that case|if needed|if necessary|step \\d+)[,:.)]?\\s+)*';
const startsWith = (verbs: string): RegExp => new RegExp(`^${lead}(?:${verbs})\\b`, 'i');
const isCheck = startsWith(checkVerbs);
const isAction = startsWith(actionVerbs);
const isForbidden = new RegExp(`^${lead}(?:do not|don't|never|avoid)\\b`, 'i');
/** "Once it answers again, rerun the job": the instruction follows a condition. */
const clauseOf = (verbs: string): RegExp => new RegExp(`[,;:.–—]\\s+${lead}(?:${verbs})\\b`, 'i');
const hasAction = clauseOf(actionVerbs);
const hasCheck = clauseOf(
  'check|verify|confirm|look|see|compare|inspect|find|list|describe|review|examine|make sure|ensure',
);

export function stepsOf(markdown: string): RunbookStep[] {
  const steps: RunbookStep[] = [];
  for (const block of blocksOf(markdown.slice(0, maxSection))) {
    const last = steps.at(-1);
    if (block.kind === 'commands') {
      const [first, ...rest] = block.lines;
      if (first === undefined) continue;
      if (last !== undefined && last.command === undefined && block.follows)
        steps[steps.length - 1] = stepOf(last.text, first);
      else steps.push(stepOf(first, first));
      steps.push(...rest.map((line) => stepOf(line, line)));
      continue;
    }
    const texts = block.kind === 'prose' ? sentencesOf(block.text) : [block.text];
    const found = texts.map((text) => stepOf(plainOf(text), inlineCommand(text)));
    steps.push(...found.filter(({ kind, text }) => text !== '' && (block.kind === 'item' || kind !== 'note')));
  }
  return steps;
}

function stepOf(text: string, command: string | undefined): RunbookStep {
  return {
    text: shorten(text, maxText),
    ...(command === undefined ? {} : { command: shorten(command, maxCommand) }),
    kind: kindOf(text, command),
  };
}

/** A command decides before the words do: "check with kubectl delete" is no check. */
function kindOf(text: string, command: string | undefined): RunbookStep['kind'] {
  if (isForbidden.test(text)) return 'note';
  if (command !== undefined) {
    const effect = commandEffect(command);
    if (effect !== 'unknown') return effect === 'reads' && !isAction.test(text) ? 'check' : 'action';
    return isCheck.test(text) && text !== command ? 'check' : 'action';
  }
  if (isAction.test(text)) return 'action';
  if (isCheck.test(text) || /\?\s*$/.test(text)) return 'check';
  return hasAction.test(text) ? 'action' : hasCheck.test(text) ? 'check' : 'note';
}

type Block =
  | { readonly kind: 'item' | 'heading' | 'prose'; readonly text: string }
  /** `follows`: the commands belong to the step before them. */
  | { readonly kind: 'commands'; readonly lines: readonly string[]; readonly follows: boolean };

const commandFences: ReadonlySet<string> = new Set([
  '',
  'sh',
  'bash',
  'shell',
  'console',
  'zsh',
  'promql',
  'logql',
  'terminal',
]);

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { kind: 'item' | 'prose'; lines: string[] } | undefined;
  let fence: { readonly mark: string; readonly isCommands: boolean; readonly lines: string[] } | undefined;
  const close = () => {
    if (open !== undefined) blocks.push({ kind: open.kind, text: open.lines.join(' ') });
    open = undefined;
  };
  const endFence = () => {
    if (fence?.isCommands) blocks.push({ kind: 'commands', lines: commandsIn(fence.lines), follows: true });
    fence = undefined;
  };
  for (const line of markdown.split(/\r?\n/)) {
    const marked = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (fence !== undefined) {
      if (marked?.[1]?.startsWith(fence.mark)) endFence();
      else fence.lines.push(line);
      continue;
    }
    if (marked !== null) {
      close();
      fence = { mark: marked[1] ?? '```', isCommands: commandFences.has((marked[2] ?? '').toLowerCase()), lines: [] };
      continue;
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    const item = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      close();
      blocks.push({ kind: 'heading', text: heading });
    } else if (item !== undefined) {
      close();
      open = { kind: 'item', lines: [item.trim()] };
    } else if (line.trim() === '') close();
    else if (open === undefined) open = { kind: 'prose', lines: [line.trim()] };
    else open.lines.push(line.trim());
  }
  close();
  endFence();
  return blocks;
}

/** The commands of a code block; a line that ends in a backslash continues. Comments and output are left out. */
function commandsIn(lines: readonly string[]): string[] {
  const isConsole = lines.some((line) => /^\s*[$>] /.test(line));
  return lines
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => !isConsole || /^\s*[$>] /.test(line))
    .map((line) =>
      clean(line)
        .replace(/^[$>] /, '')
        .trim(),
    )
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The first piece of inline code that a program would read as a command or query, or the whole text if it is a command without marks. */
function inlineCommand(text: string): string | undefined {
  const marked = [...text.matchAll(/`([^`]{3,300})`/g)]
    .map(([, code = '']) => clean(code))
    .find((code) => commandEffect(code) !== 'unknown');
  return marked ?? (/^(?:kubectl|oc|aws|helm) [a-z-]+/.test(text) ? clean(text) : undefined);
}

const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?])\s+(?=[A-Z`*])/);

const plainOf = (text: string): string =>
  clean(text)
    .replaceAll(/\*\*|__/g, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
