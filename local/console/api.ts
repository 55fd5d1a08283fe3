// Requests to the API that serves this page. The types of the answers are those of core/console, which the server fills.

export const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** Throws an `Error` with the server's sentence. */
export const get = <Answer>(path: string): Promise<Answer> => request(path);

export const post = <Answer>(path: string, body: unknown): Promise<Answer> =>
  request(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function request<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`/api${path}`, init);
  const answer = await response.json().catch(() => ({}));
  // The session ended: the page without one shows the next step.
  if (response.status === 401) location.reload();
  if (!response.ok) throw new Error(answer.error ?? `The request failed (${response.status}).`);
  return answer;
}
