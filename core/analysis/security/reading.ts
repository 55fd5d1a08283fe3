// Judges findings of security services against a page. A weakness (a CVE, a setting) explains no outage by itself. A threat can explain one only if it
// was seen around the trouble and has the effect that the page reports: a miner uses CPU, an attack on others uses the network. Pure.
import type { SymptomKind } from '../../causes/symptom-kind.ts';
import type { TimeWindow } from '../../model/entity.ts';
import type { SecurityFinding } from '../../model/security.ts';

export interface SecurityReading {
  readonly finding: SecurityFinding;
  /** `explains`: a threat whose effect and time fit. `beside`: a threat that neither links to the page. `weakness`: known, and no cause by itself. */
  readonly reading: 'explains' | 'beside' | 'weakness';
}

/** Effects of types of GuardDuty (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html) on what they are found on. */
const effects: readonly (readonly [type: RegExp, symptoms: readonly SymptomKind[]])[] = [
  [/^CryptoCurrency:/, ['saturation', 'latency']],
  [/^Backdoor:[^/]*\/DenialOfService/, ['saturation', 'latency', 'traffic-surge']],
  [/^Impact:[^/]*\/(?:BitcoinDomainRequest|CryptoMinerExecuted)/, ['saturation', 'latency']],
  [/^Impact:[^/]*\/(?:WinRMBruteForce|PortSweep)/, ['saturation', 'traffic-surge']],
  [/^UnauthorizedAccess:[^/]*\/(?:SSH|RDP)BruteForce/, ['saturation', 'traffic-surge']],
];

/** Hours before the window in which a threat that was seen can still be at work. */
const lookBackHours = 24;

export function readSecurity(
  findings: readonly SecurityFinding[],
  { window, symptom }: { readonly window: TimeWindow; readonly symptom: SymptomKind },
): readonly SecurityReading[] {
  return findings.map((finding) => ({ finding, reading: readingOf(finding, window, symptom) }));
}

function readingOf(
  { kind, type, severity, at, lastAt = at }: SecurityFinding,
  { start, end }: TimeWindow,
  symptom: SymptomKind,
): SecurityReading['reading'] {
  if (kind === 'weakness') return 'weakness';
  const fits = effects.some(([types, symptoms]) => types.test(type) && symptoms.includes(symptom));
  const isAround =
    Date.parse(at) <= Date.parse(end) && Date.parse(lastAt) >= Date.parse(start) - lookBackHours * 3_600_000;
  return fits && isAround && severity !== 'low' ? 'explains' : 'beside';
}
