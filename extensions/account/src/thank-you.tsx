// After a purchase with a subscription: where it is found. It asks the app nothing: the contract may not be there yet,
// and who buys as a guest is not signed in.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';

import {onOrder} from './host';
import {t} from './words';

export default function extension() {
  render(<Block />, document.body);
}

function Block() {
  const isOfPlan = onOrder().lines.value.some(({merchandise}) => merchandise.sellingPlan);
  if (!isOfPlan) return null;
  return (
    <s-section heading={t('thanks.heading')}>
      <s-text>{t('thanks.words')}</s-text>
      <s-link href="shopify:customer-account/orders">{t('thanks.open')}</s-link>
    </s-section>
  );
}
