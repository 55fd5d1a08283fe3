// Generates secrets in the forms of gitleaks' rules, each in the lines of configuration and code that its own tests use (MIT, see NOTICE): a value
// for every rule, generated from the rule's pattern.
import { namedRules, shapeRules } from '../../core/redaction/scanner-rules.ts';
import type { Random, Sample } from './make.ts';
import { textOf } from './pattern-text.ts';

/** `cmd/generate/config/utils/generate.go`: the lines into which the generator of gitleaks' rules inserts a vendor's token. */
const forms: readonly ((vendor: string, secret: string) => string)[] = [
  (vendor, secret) => `${vendor}Token="${secret}"`,
  (vendor, secret) => `${vendor}Token = "${secret}"`,
  (vendor, secret) => `${vendor}Token=${secret}`,
  (vendor, secret) => `${vendor}Token = ${secret}`,
  (vendor, secret) => `{\n    "${vendor}_token": "${secret}"\n}`,
  (vendor, secret) => `{"config.ini": "${vendor.toUpperCase()}_TOKEN=${secret}\\nBACKUP_ENABLED=true"}`,
  (vendor, secret) => `<${vendor}Token>\n    ${secret}\n</${vendor}Token>`,
  (vendor, secret) => `${vendor}_token: ${secret}`,
  (vendor, secret) => `${vendor}_token: '${secret}'`,
  (vendor, secret) => `${vendor}_token: "${secret}"`,
  (vendor, secret) => `string ${vendor}Token = "${secret}";`,
  (vendor, secret) => `var ${vendor}Token string = "${secret}"`,
  (vendor, secret) => `${vendor}Token := "${secret}"`,
  (vendor, secret) => `${vendor}Token := \`${secret}\``,
  (vendor, secret) => `String ${vendor}Token = "${secret}";`,
  (vendor, secret) => `var ${vendor}Token = "${secret}"`,
  (vendor, secret) => `$${vendor}Token .= "${secret}"`,
  (vendor, secret) => `${vendor}Token = '${secret}'`,
  (vendor, secret) => `System.setProperty("${vendor.toUpperCase()}_TOKEN", "${secret}")`,
  (vendor, secret) => `  "${vendor}Token" => "${secret}"`,
  (vendor, secret) => `${vendor.toUpperCase()}_TOKEN ::= "${secret}"`,
  (vendor, secret) => `${vendor.toUpperCase()}_TOKEN :::= "${secret}"`,
  (vendor, secret) => `${vendor.toUpperCase()}_TOKEN ?= "${secret}"`,
];

/** A secret for each rule; a shape that needs no name is put into a sentence every second time. */
export function scannerForms(random: Random): Sample[] {
  const form = (index: number, vendor: string, secret: string): string =>
    (forms[index % forms.length] ?? String)(vendor, secret);
  return [
    ...shapeRules.map(({ id, pattern }, index): Sample => {
      const secret = textOf(pattern, random);
      const vendor = id.split('-')[0] ?? id;
      const text = index % 2 === 0 ? `push refused for ${secret} after 3 tries` : form(index, vendor, secret);
      return { kind: `gitleaks ${id}`, text, secret };
    }),
    ...namedRules.map(({ id, value }, index): Sample => {
      const secret = textOf(value, random);
      const vendor = id.split('-')[0] ?? id;
      return { kind: `gitleaks ${id}`, text: form(index, vendor, secret), secret };
    }),
  ];
}
