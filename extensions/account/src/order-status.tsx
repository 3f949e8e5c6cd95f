// On an order's page: the subscriptions it belongs to, and what comes next of them.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';

import {ask} from './api/client';
import type {Summary} from './api/types';
import {onOrder} from './host';
import {Ready} from './parts';
import {pathTo} from './route';
import {useLoad} from './use-load';
import {day, items, money, t} from './words';

export default function extension() {
  render(<Block />, document.body);
}

function Block() {
  const order = onOrder().order.value?.id.split('/').at(-1);
  const isOfPlan = onOrder().lines.value.some(({merchandise}) => merchandise.sellingPlan);
  return order && isOfPlan ? <Subscriptions order={order} /> : null;
}

function Subscriptions({order}: {order: string}) {
  const found = useLoad(order, () => ask<{contracts: Summary[]}>(`/contracts?order=${order}`));
  return (
    <Ready of={found}>
      {({contracts}) => (
        <>
          {contracts.map((each) => (
            <s-section key={each.number} heading={t('block.heading')}>
              <s-text>{items(each.lines)}</s-text>
              <s-text>
                {each.next_charge
                  ? t('next.when', {date: day(each.next_charge.date), total: money(each.next_charge.total)})
                  : t(`status.${each.status}`)}
              </s-text>
              <s-link href={pathTo(each.number)}>{t('list.manage')}</s-link>
            </s-section>
          ))}
        </>
      )}
    </Ready>
  );
}
