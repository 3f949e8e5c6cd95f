// All subscriptions of the shopper, newest first.
import {useState} from 'preact/hooks';

import {ask} from '../api/client';
import type {Summary} from '../api/types';
import {Ready} from '../parts';
import {go} from '../route';
import {useLoad} from '../use-load';
import {day, items, money, rhythm, t} from '../words';

interface Page {
  contracts: Summary[];
  next_after: string | null;
}

export function ListPage() {
  const [after, setAfter] = useState<string[]>(['']);
  return (
    <s-page heading={t('title')}>
      <s-stack gap="base">
        {after.map((each) => <Batch key={each} after={each} more={(next) => setAfter([...after, next])} isLast={each === after.at(-1)} />)}
      </s-stack>
    </s-page>
  );
}

function Batch({after, more, isLast}: {after: string; more: (next: string) => void; isLast: boolean}) {
  const page = useLoad(after, () => ask<Page>(`/contracts${after && `?after=${after}`}`));
  return (
    <Ready of={page}>
      {({contracts, next_after: next}) => (
        <s-stack gap="base">
          {contracts.map((each) => <Tile key={each.number} contract={each} />)}
          {!contracts.length && !after && (
            <s-section heading={t('list.empty')}><s-text>{t('list.empty_why')}</s-text></s-section>
          )}
          {next && isLast && <s-button onClick={() => more(next)}>{t('list.more')}</s-button>}
        </s-stack>
      )}
    </Ready>
  );
}

function Tile({contract}: {contract: Summary}) {
  const {number, next_charge: next} = contract;
  return (
    <s-section heading={items(contract.lines)}>
      <s-stack gap="small">
        <Status contract={contract} />
        <s-text>{rhythm(contract.delivery)}</s-text>
        {next && <s-text>{t('next.when', {date: day(next.date), total: money(next.total)})}</s-text>}
        <s-button onClick={() => go(number)} accessibilityLabel={t('list.manage_one', {items: items(contract.lines)})}>
          {t('list.manage')}
        </s-button>
      </s-stack>
    </s-section>
  );
}

/** How the subscription stands, in a word. */
export function Status({contract}: {contract: Summary}) {
  const state = contract.on_hold ? 'ON_HOLD' : contract.status;
  const tone = state === 'FAILED' || state === 'ON_HOLD' ? 'critical' : state === 'ACTIVE' ? 'auto' : 'neutral';
  return <s-stack direction="inline"><s-badge tone={tone}>{t(`status.${state}`)}</s-badge></s-stack>;
}
