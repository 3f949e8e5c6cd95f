// On the profile: how each subscription is paid, and the way to mend it.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';

import type {Contract} from './api/types';
import {Fact, Ready} from './parts';
import {pathTo} from './route';
import {newest} from './troubles';
import {useLoad} from './use-load';
import {methodWords, Mending, trouble} from './views/payment';
import {items, t} from './words';

export default function extension() {
  render(<Block />, document.body);
}

function Block() {
  const found = useLoad('newest', newest);
  return (
    <Ready of={found}>
      {(contracts) => contracts.length > 0 && (
        <s-section heading={t('block.payment')}>
          {contracts.map((each) => <One key={each.number} contract={each} again={() => void found.again()} />)}
        </s-section>
      )}
    </Ready>
  );
}

function One({contract, again}: {contract: Contract; again: () => void}) {
  const bad = trouble(contract);
  return (
    <s-stack gap="small">
      <Fact name={items(contract.lines)}>{methodWords(contract)}</Fact>
      {bad && <s-banner tone="critical" heading={bad} />}
      {bad && <Mending contract={contract} again={again} />}
      <s-link href={pathTo(contract.number)}>{t('list.manage')}</s-link>
    </s-stack>
  );
}
