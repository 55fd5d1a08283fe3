// The five answers at the top of an incident: what broke, since when, who is affected, what is asked, what was done.
import { useEffect, useState } from 'preact/hooks';
import type { Glance as GlanceView } from '../../core/console/glance.ts';
import { msBetween, span } from '../../core/postmortem/times.ts';
import { confidenceWords, formatPercent } from '../../core/wording.ts';
import { focusOnQuestion } from './keys.ts';
import { Time } from './parts.tsx';
import { linkToService } from './route.ts';

export function Glance({ glance }: { readonly glance: GlanceView }) {
  const { broke, since, until, affected, request, done } = glance;
  const now = useNow();
  return (
    <dl class="glance">
      <div>
        <dt>What broke</dt>
        <dd>
          <strong>{broke.text}</strong>
          {broke.entity === undefined ? undefined : <span class="entity">{broke.entity}</span>}
          {broke.confidence === undefined ? undefined : <Confidence value={broke.confidence} />}
        </dd>
      </div>
      <div>
        <dt>Since</dt>
        <dd>
          <Time at={since.at} />{' '}
          <span class="meta">{since.basis === 'onset' ? 'by the evidence' : 'when it was paged'}</span>
          <span class="duration" data-ended={until === undefined ? undefined : 'true'}>
            {until === undefined
              ? `${span(msBetween(since.at, now))} so far`
              : `over after ${span(msBetween(since.at, until))}`}
          </span>
        </dd>
      </div>
      <div>
        <dt>Affected</dt>
        <dd>
          {affected.length === 0
            ? 'No other service is known to be affected.'
            : affected.map((name, index) => (
                <span key={name}>
                  {index === 0 ? '' : ', '}
                  <a href={linkToService(name)}>{name}</a>
                </span>
              ))}
        </dd>
      </div>
      <div data-asked={request.isForPeople ? 'true' : undefined}>
        <dt>Asked of you</dt>
        <dd>
          {request.approvalId === undefined ? (
            request.text
          ) : (
            <button type="button" class="as-link" aria-keyshortcuts="a" onClick={focusOnQuestion}>
              {request.text}
            </button>
          )}
        </dd>
      </div>
      <div>
        <dt>Done</dt>
        <dd>
          {done.length === 0 ? (
            'Nothing yet.'
          ) : (
            <ul>
              {done.map(({ at, text, tone }) => (
                <li key={`${at} ${text}`} data-tone={tone}>
                  <Time at={at} /> {text}
                </li>
              ))}
            </ul>
          )}
        </dd>
      </div>
    </dl>
  );
}

export const Confidence = ({ value }: { readonly value: number }) => (
  <span class="confidence">
    <meter min={0} max={1} value={value} aria-label="confidence" /> {confidenceWords(value)} ({formatPercent(value)})
  </span>
);

const everyMs = 15_000;

/** The present instant, renewed a few times a minute. */
function useNow(): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
