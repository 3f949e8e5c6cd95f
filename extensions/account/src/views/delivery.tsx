// Where it is sent, and by what.
import type {Contract} from '../api/types';
import {Fact} from '../parts';
import {address, money, t} from '../words';

export function Delivery({contract}: {contract: Contract}) {
  const method = contract.delivery_method;
  if (!method) return null;
  const place = method.location?.name;
  return (
    <s-section heading={t('delivery.heading')}>
      {method.address && <Fact name={t('delivery.address')}>{address(method.address)}</Fact>}
      {place && <Fact name={t('delivery.place')}>{place}</Fact>}
      <Fact name={t('delivery.method')}>{[method.title, money(contract.shipping_price)].filter(Boolean).join(' · ')}</Fact>
    </s-section>
  );
}
