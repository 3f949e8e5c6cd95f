import '@shopify/ui-extensions/preact';
import {render} from 'preact';

import {useNumber} from './route';
import {ContractPage} from './views/contract';
import {ListPage} from './views/list';

export default function extension() {
  render(<Subscriptions />, document.body);
}

function Subscriptions() {
  const number = useNumber();
  return number ? <ContractPage key={number} number={number} /> : <ListPage />;
}
