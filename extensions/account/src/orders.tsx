// Above the list of orders: what needs the shopper. Silent when nothing does, and when it cannot be read.
import '@shopify/ui-extensions/preact';
import {render} from 'preact';

import {pathTo} from './route';
import {troubles} from './troubles';
import {useLoad} from './use-load';
import {t} from './words';

export default function extension() {
  render(<Announcement />, document.body);
}

function Announcement() {
  const {value} = useLoad('troubles', troubles);
  const first = value?.[0];
  if (!first) return null;
  return (
    <s-announcement>
      <s-stack gap="small">
        <s-text>{first.words}</s-text>
        {value.length > 1 && <s-text>{t('block.more', {count: value.length - 1})}</s-text>}
        <s-link href={pathTo(first.number)}>{t('block.mend')}</s-link>
      </s-stack>
    </s-announcement>
  );
}
