import { describe, expect, test } from 'vitest';
import { isPhrase, spellings, termsOf } from '../../../../core/analysis/knowledge/words.ts';

const words = (text: string) => termsOf(text).filter((term) => !isPhrase(term));

describe('a word', () => {
  test('that is a name is itself and its parts, abbreviations too', () => {
    expect(words('KubeAPIDown')).toEqual(['kubeapidown', 'kube', 'api', 'down']);
    expect(words('container_memory_rss of ledger-api')).toEqual(['container', 'memory', 'rss', 'ledger', 'api']);
  });
  test('meets its plural and its participle', () => {
    expect(words('restarts restarted restarting')).toEqual(['restart', 'restart', 'restart']);
  });
  test('is not what a template will put there', () => {
    expect(words('{{ $value | humanizePercentage }} of $labels.pod in {{ $labels.namespace }} down')).toEqual(['down']);
  });
  test('is no figure, duration or id, but a status, an exit code or a port', () => {
    expect(words('5 15m 30s 3x 29381640 503 137 8443')).toEqual(['503', '137', '8443']);
  });
  test('may be of any language', () => {
    expect(words('Überlauf der Überwachung')).toEqual(['überlauf', 'der', 'überwachung']);
  });
  test('makes a phrase with its neighbour; a name in one piece does not', () => {
    expect(termsOf('KubePod is down')).toEqual(['kubepod', 'kube', 'pod', 'kube pod', 'down', 'pod down']);
  });
  test('is remembered as it was spelled', () => {
    expect([...spellings('Expiring certificates')]).toEqual([
      ['expir', 'expiring'],
      ['certificat', 'certificates'],
    ]);
  });
  test('is taken out of hostile text in linear time', () => {
    const startedAt = performance.now();
    for (const text of ['A', '{{', '$labels.', 'aB', '_']) termsOf(text.repeat(50_000));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
