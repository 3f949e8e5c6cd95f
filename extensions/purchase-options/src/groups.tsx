// All plans of the shop, and whether this product is sold with them.
import {useState} from 'preact/hooks';

import {change, type Group, newKey, type Outcome, Trouble} from './api';
import {t} from './host';

export function Groups({groups, product, onDone}: {groups: Group[]; product: string; onDone: () => void}) {
  if (!groups.length) return <s-paragraph>{t('none')}</s-paragraph>;
  return <>{groups.map((group) => <One key={group.number} group={group} product={product} onDone={onDone} />)}</>;
}

function One({group, product, onDone}: {group: Group; product: string; onDone: () => void}) {
  const [key, setKey] = useState(newKey);
  const [isBusy, setBusy] = useState(false);
  const [words, setWords] = useState('');
  const turn = async () => {
    setBusy(true);
    const does = group.is_sold ? 'detach' : 'attach';
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
        {group.is_sold && <s-badge tone="success">{t('sold')}</s-badge>}
        {group.plans.map((plan) => (
          <s-stack key={plan.number} gap="small-200">
            <s-text type="strong">{plan.name}</s-text>
            <s-text color="subdued">{plan.example || plan.sentences[0]}</s-text>
          </s-stack>
        ))}
        {words && <s-banner tone="critical">{words}</s-banner>}
        <s-stack direction="inline" gap="base">
          <s-button onClick={turn} loading={isBusy} accessibilityLabel={`${t(group.is_sold ? 'detach' : 'attach')}: ${group.name}`}>
            {t(group.is_sold ? 'detach' : 'attach')}
          </s-button>
          <s-link href={`app:plans/${group.number}`}>{t('more')}</s-link>
        </s-stack>
      </s-stack>
    </s-section>
  );
}
