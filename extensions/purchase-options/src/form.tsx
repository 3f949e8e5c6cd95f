// The terms of a plan: the fields that most plans need. What the form does not show is sent back as it was.
import {useState} from 'preact/hooks';

import {change, newKey, type Outcome, Trouble, type Typed} from './api';
import {host, t} from './host';

const UNITS = ['DAY', 'WEEK', 'MONTH', 'YEAR'];
const SHOWN = ['group', 'every', 'unit', 'deliveries', 'discount', 'value', 'name'];
const DISCOUNTS = ['NONE', 'PERCENTAGE', 'FIXED_AMOUNT', 'PRICE'];

interface Given {
  heading: string;
  start: Typed;
  path: string;
  /** The group of the plan that is changed; none for a new one. */
  group?: string;
  onDone: () => void;
  onBack?: () => void;
}

export function Form({heading, start, path, group, onDone, onBack}: Given) {
  const [typed, setTyped] = useState(start);
  const [key, setKey] = useState(newKey);
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const field = (name: string) => ({
    value: typed[name] ?? '',
    error: outcome?.errors[name],
    onChange: (event: Event) => {
      const {value} = event.currentTarget as unknown as {value: string};
      setTyped((before) => ({...before, [name]: value}));
    },
  });
  const publish = async () => {
    setBusy(true);
    const came: Outcome | Trouble = await change(path, typed, key).catch((error) => error);
    setBusy(false);
    if (came instanceof Trouble) return setOutcome({is_done: false, words: t(`trouble.${came.code}`), errors: {}});
    if (came.is_done) return onDone();
    setKey(newKey());
    setOutcome(came);
  };
  // a mistake at a field that stands in the app alone has no other place to be told
  const elsewhere = Object.entries(outcome?.errors ?? {}).filter(([name]) => !SHOWN.includes(name)).map(([, words]) => words);
  const isPriced = typed.discount !== 'NONE';
  return (
    <s-admin-action heading={heading} loading={isBusy}>
      {outcome?.words && (
        <s-banner tone="critical">
          {outcome.words}
          {elsewhere.map((words) => <s-paragraph key={words}>{words}</s-paragraph>)}
        </s-banner>
      )}
      <s-stack gap="base">
        {!group && <s-text-field label={t('group')} details={t('group_why')} {...field('group')} />}
        <s-grid gridTemplateColumns="1fr 1fr" gap="base">
          <s-number-field label={t('every')} min={1} max={99} {...field('every')} />
          <s-select label={t('unit')} {...field('unit')}>
            {UNITS.map((each) => <s-option key={each} value={each}>{t(`units.${each}`)}</s-option>)}
          </s-select>
        </s-grid>
        <s-number-field label={t('deliveries')} min={1} max={60} {...field('deliveries')} />
        <s-grid gridTemplateColumns="1fr 1fr" gap="base">
          <s-select label={t('discount')} {...field('discount')}>
            {DISCOUNTS.map((each) => <s-option key={each} value={each}>{t(`discounts.${each}`)}</s-option>)}
          </s-select>
          {isPriced && <s-text-field label={t('value')} {...field('value')} />}
        </s-grid>
        <s-text-field label={t('plan')} details={t('plan_why')} {...field('name')} />
        {group && <s-paragraph>{t('later')}</s-paragraph>}
        <s-link href={group ? `app:plans/${group}` : 'app:plans/new'}>{t('more')}</s-link>
      </s-stack>
      <s-button slot="primary-action" variant="primary" onClick={publish} loading={isBusy}>{t(group ? 'save' : 'publish')}</s-button>
      <s-button slot="secondary-actions" onClick={onBack ?? (() => host().close())}>{t(onBack ? 'back' : 'close')}</s-button>
    </s-admin-action>
  );
}
