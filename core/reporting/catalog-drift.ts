// The weekly message about differences between the service catalogue and what the systems show.
import type { Message } from '../model/message.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Chat } from '../ports/channels.ts';
import type { Clock } from '../ports/world.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';
import type { Doubt } from '../topology/discovery/group.ts';
import type { Inventory } from '../topology/discovery/inventory.ts';
import { type Change, isDrift, type Proposals, propose } from '../topology/discovery/propose.ts';
import { countsInWords, entriesOf, kindOf, placesInWords, valueInWords } from '../topology/discovery/words.ts';

interface DriftReport {
  readonly stage: string;
  /** The id of the Slack channel that gets the message. */
  readonly channel: string;
  readonly catalog: Catalog;
  readonly discover: (catalog: Catalog) => Promise<Inventory>;
  readonly chat: Pick<Chat, 'publish'>;
  readonly clock: Clock;
}

/** Compares and publishes one message. Without a difference and with everything read, it publishes nothing. Throws `Unavailable` of the chat. */
export async function reportDrift(
  report: DriftReport,
): Promise<{ readonly differences: number; readonly told: boolean }> {
  const { stage, channel, catalog, discover, chat, clock } = report;
  const proposals = propose(await discover(catalog), catalog);
  const told = isDrift(proposals) || proposals.missing.length > 0;
  if (told) {
    const key = `catalog-drift-${stage}-${clock.now().toISOString().slice(0, 10)}`;
    await chat.publish(driftMessage(proposals, { key, stage, channel }));
  }
  return { differences: differencesOf(proposals).length, told };
}

const limits = { differences: 20, missing: 5, line: 280 };

function driftMessage(
  proposals: Proposals,
  { key, stage, channel }: { readonly key: string; readonly stage: string; readonly channel: string },
): Message {
  const differences = differencesOf(proposals);
  const missing = [
    ...new Set(proposals.missing.map(({ what, fix }) => `Not read: ${what.replace(/\.$/, '')}. To get it: ${fix}.`)),
  ];
  return {
    key,
    incidentId: 'none',
    kind: 'answer',
    headline: isDrift(proposals)
      ? `The service catalogue of ${stage} differs from the systems: ${countsInWords(proposals)}.`
      : `The service catalogue of ${stage} has everything that was read, but not everything could be read.`,
    lines: [
      ...atMost(limits.differences, differences, 'differences'),
      ...atMost(limits.missing, missing, 'parts that were not read'),
      ...(isDrift(proposals)
        ? [
            `Compared with the catalogue of the last deployment. To see all of it and to add the proposals: npm run catalog -- discover --config FILE --write, with the stage file of ${stage}, then deploy. Doubts (?) and entries that nothing shows any more (!) are for people to decide.`,
          ]
        : []),
    ],
    slack: { channel },
  };
}

/** One line for each entry or doubt. Each kind gets its share of the first lines, so that many new entries do not hide a doubt. */
function differencesOf({ changes, doubts, unseen }: Proposals): string[] {
  const kinds = [entriesOf(changes).map(entryLine), unseen.map(doubtLine('!')), doubts.map(doubtLine('?'))];
  const share = Math.floor(limits.differences / kinds.length);
  return [...kinds.flatMap((lines) => lines.slice(0, share)), ...kinds.flatMap((lines) => lines.slice(share))];
}

function entryLine(changes: readonly Change[]): string {
  const [first] = changes;
  if (first === undefined) return '';
  const values = changes.slice(0, 4).map(({ field, value }) => `${field}: ${valueInWords(value)}`);
  const more = changes.length > values.length ? `; and ${changes.length - values.length} more` : '';
  const at = [...new Set(changes.flatMap((one) => one.at))];
  return located(`${first.isNew ? '+' : '~'} ${kindOf[first.section]} ${first.name}: ${values.join('; ')}${more}`, at);
}

const doubtLine =
  (mark: string) =>
  ({ about, says, at }: Doubt): string =>
    located(`${mark} ${about}: ${says}`, at);

/** A long text is cut before its place. */
function located(text: string, at: readonly string[]): string {
  const place = at.length === 0 ? '' : ` (read at ${shorten(placesInWords(at), 100)})`;
  return `${shorten(text, limits.line - place.length)}${place}`;
}

const atMost = (max: number, lines: readonly string[], what: string): string[] => [
  ...lines.slice(0, max).map((line) => shorten(redact(clean(line)).replaceAll('\n', ' '), limits.line)),
  ...(lines.length > max ? [`and ${lines.length - max} more ${what}`] : []),
];
