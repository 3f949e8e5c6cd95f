// What is paid already and still to be sent, of a prepaid subscription.
import {ask} from '../api/client';
import type {Contract, Delivery} from '../api/types';
import {Ready} from '../parts';
import {useLoad} from '../use-load';
import {day, t} from '../words';

export function Deliveries({contract}: {contract: Contract}) {
  const found = useLoad('deliveries', () => ask<{deliveries: Delivery[]}>(`/contracts/${contract.number}/deliveries`));
  return (
    <s-section heading={t('paid.heading')}>
      <Ready of={found}>
        {({deliveries}) => (
          <s-stack gap="small">
            {deliveries.map(({date, order}, at) => <s-text key={at}>{t('paid.one', {date: day(date), order})}</s-text>)}
            {!deliveries.length && <s-text>{t('paid.none')}</s-text>}
          </s-stack>
        )}
      </Ready>
    </s-section>
  );
}
