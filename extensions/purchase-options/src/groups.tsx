// All plans of the shop, and whether this product, or this one variant of it, is sold with them.
import {useState} from 'preact/hooks';

import {change, type Group, newKey, type Outcome, Trouble} from './api';
import {t} from './host';

const PRODUCT = {sold: 'sold', attach: 'attach', detach: 'detach'};
const VARIANT = {sold: 'sold_variant', attach: 'attach_variant', detach: 'detach_variant'};

export function Groups({groups, product, onDone}: {groups: Group[]; product: string; onDone: () => void}) {
  if (!groups.length) return <s-paragraph>{t('none')}</s-paragraph>;
  return <>{groups.map((group) => <One key={group.number} group={group} product={product} onDone={onDone} />)}</>;
}

function One({group, product, onDone}: {group: Group; product: string; onDone: () => void}) {
  const its = product.includes('/ProductVariant/') ? VARIANT : PRODUCT;
  const [key, setKey] = useState(newKey);
  const does = group.is_sold ? 'detach' : 'attach';
  const [isBusy, setBusy] = useState(false);
  const [words, setWords] = useState('');
  const turn = async () => {
    setBusy(true);
    const came: Outcome | Trouble = await change(`/${group.number}/products`, {do: does, product}, key).catch((error) => error);
    setBusy(false);
    if (came instanceof Trouble) return setWords(t(`trouble.${came.code}`));
    if (came.is_done) return onDone();
    setKey(newKey()); // it was answered: another press is another wish
    setWords(came.words);
  };
  return (
    <s-section heading={group.name}>
      <s-stack gap="base">
        {group.is_sold && <s-badge tone="success">{t(its.sold)}</s-badge>}
        {group.is_whole && <s-badge tone="success">{t('sold_whole')}</s-badge>}
        {group.plans.map((plan) => (
          <s-stack key={plan.number} gap="small-200">
            <s-text type="strong">{plan.name}</s-text>
            <s-text color="subdued">{plan.example || plan.sentences[0]}</s-text>
          </s-stack>
        ))}
        {words && <s-banner tone="critical">{words}</s-banner>}
        <s-stack direction="inline" gap="base">
          {(group.is_sold || !group.is_whole) && (
            <s-button onClick={turn} loading={isBusy} accessibilityLabel={`${t(its[does])}: ${group.name}`}>{t(its[does])}</s-button>
          )}
          <s-link href={`app:plans/${group.number}`}>{t('more')}</s-link>
        </s-stack>
      </s-stack>
    </s-section>
  );
}
