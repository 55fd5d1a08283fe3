// Maps the words of an error message to a cause, by the wordings of common systems (wordings/). Only words count here, not frequency or onset.
import type { CauseCode } from '../../causes/causes.ts';
import { withoutHelpLinks } from './help-links.ts';
import { systems } from './wordings/index.ts';
import type { About, Wording } from './wordings/wording.ts';

export interface Signature {
  readonly cause: CauseCode;
  /** How reliably the words alone name the cause. */
  readonly confidence: number;
  /** The entity that the words are about. */
  readonly about: About;
  /** The system that the line complains about, if it names one. */
  readonly dependency?: { readonly name: string; readonly namespace?: string | undefined } | undefined;
}

interface Row extends Omit<Wording, 'pattern'> {
  readonly pattern: RegExp;
}

const rows: readonly Row[] = systems.flatMap(({ wordings }) =>
  wordings.map((wording) => ({ ...wording, pattern: new RegExp(wording.pattern, 'i') })),
);

const signatureLength = 800;

export function signatureOf(text: string): Signature | undefined {
  const head = withoutHelpLinks(text.slice(0, signatureLength));
  for (const { pattern, cause, about, confidence } of rows) {
    const match = pattern.exec(head);
    if (!match) continue;
    const dependency = calleeOf(match.groups?.to);
    return { cause, confidence, about, ...(dependency && { dependency }) };
  }
  return undefined;
}

/** Words that can stand in a host's position but are not hosts. */
const noHosts: ReadonlySet<string> = new Set(
  'a an any the tcp tcp4 tcp6 udp unix http https grpc upstream server service host localhost database db backend client peer it request response error desc code on status connection remote address port for from to is was has failed lost closed refused reset'.split(
    ' ',
  ),
);
const publicEnds: ReadonlySet<string> = new Set(
  'com net org io dev app co cloud ai gov edu info biz eu uk de us'.split(' '),
);

/** `ledger-api.billing.svc.cluster.local` becomes Service ledger-api in namespace billing; a public DNS name stays whole. */
function calleeOf(name: string | undefined): Signature['dependency'] {
  if (name === undefined || noHosts.has(name.toLowerCase()) || name.length < 2) return undefined;
  const [service = name, namespace, ...more] = name.toLowerCase().split('.');
  if (namespace === undefined) return { name: service };
  const last = more.at(-1) ?? namespace;
  if (publicEnds.has(last) || (more.length > 0 && more[0] !== 'svc')) return { name: name.toLowerCase() };
  return { name: service, namespace };
}
