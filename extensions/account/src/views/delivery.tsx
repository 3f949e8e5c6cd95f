// Where it is sent, and by what.
import {Fact} from '../parts';
import {address, money, t} from '../words';
import type {Whole} from './contract';

export function Delivery({whole, send}: {whole: Whole; send: () => void}) {
  const {contract, options} = whole;
  const method = contract.delivery_method;
  if (!method) return null;
  const place = method.location;
  const maySend = method.kind === 'pickup' && options.some(({action, possible}) => action === 'delivery' && possible);
  return (
    <s-section heading={t('delivery.heading')}>
      {method.address && <Fact name={t('delivery.address')}>{address(method.address)}</Fact>}
      {place && <Fact name={t('delivery.place')}>{place}</Fact>}
      <Fact name={t('delivery.method')}>{[method.title, money(contract.shipping_price)].filter(Boolean).join(' · ')}</Fact>
      {maySend && <s-button onClick={send}>{t('deed.send')}</s-button>}
    </s-section>
  );
}
