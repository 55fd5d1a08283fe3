// Converts Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/) to numbers.

const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Gives base units (bytes, cores); 0 if the text is not a quantity. */
export function bytesOf(quantity: string | undefined): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]{0,2})$/.exec(quantity ?? '');
  return match ? Number(match[1]) * (factors[match[2] ?? ''] ?? 0) : 0;
}
