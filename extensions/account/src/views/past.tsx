// What was: orders, and what happened. Read when it is opened.
import {useState} from 'preact/hooks';

import {ask} from '../api/client';
import type {Contract, Entry, Order} from '../api/types';
import {Ready} from '../parts';
import {useLoad} from '../use-load';
import {day, money, t} from '../words';

export function Past({contract}: {contract: Contract}) {
  const [orders, setOrders] = useState(false);
  const [history, setHistory] = useState(false);
  return (
    <s-section heading={t('past.heading')}>
      <s-details onToggle={() => setOrders(true)}>
        <s-summary>{t('past.orders')}</s-summary>
        {orders && <Orders number={contract.number} />}
      </s-details>
      <s-details onToggle={() => setHistory(true)}>
        <s-summary>{t('past.history')}</s-summary>
        {history && <History number={contract.number} />}
      </s-details>
    </s-section>
  );
}

function Orders({number}: {number: string}) {
  const found = useLoad('orders', () => ask<{orders: Order[]}>(`/contracts/${number}/orders`));
  return (
    <Ready of={found}>
      {({orders}) => (
        <s-stack gap="small">
          {orders.map((each) => (
            <s-text key={each.name}>
              {t(each.cancelled ? 'past.order_cancelled' : 'past.order', {name: each.name, date: day(each.date), total: money(each.total)})}
            </s-text>
          ))}
          {!orders.length && <s-text>{t('past.no_orders')}</s-text>}
        </s-stack>
      )}
    </Ready>
  );
}

function History({number}: {number: string}) {
  const found = useLoad('history', () => ask<{entries: Entry[]}>(`/contracts/${number}/timeline`));
  return (
    <Ready of={found}>
      {({entries}) => (
        <s-stack gap="small">
          {entries.map((each, at) => (
            <s-text key={at}>{t(each.by_you ? 'past.by_you' : 'past.entry', {date: day(each.date), words: each.words})}</s-text>
          ))}
        </s-stack>
      )}
    </Ready>
  );
}
