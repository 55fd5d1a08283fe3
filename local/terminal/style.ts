// Colours text in a terminal, and nowhere else (https://no-color.org).

export interface Style {
  readonly plain: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export function styleFor(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const coloured = stream.isTTY === true && (environment.NO_COLOR ?? '') === '';
  const plain = (text: string) => text;
  const sgr = (code: number) => (coloured ? (text: string) => `\u001b[${code}m${text}\u001b[0m` : plain);
  return { plain, bold: sgr(1), dim: sgr(2), red: sgr(31), green: sgr(32), yellow: sgr(33), cyan: sgr(36) };
}
